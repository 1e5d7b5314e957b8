package telegram_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"cobijo/bot/faketelegram"
	"cobijo/bot/store"
	"cobijo/bot/telegram"
)

// TestAnotherReplicasAnswerStays lets one replica answer, and another fail to: looking for its own message, which may have been sent,
// the second must not take the first one's answer for it, nor change that into its own.
func TestAnotherReplicasAnswerStays(t *testing.T) {
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	api := faketelegram.New()
	t.Cleanup(api.Close)
	first := open(t, setup{mode: telegram.Webhook, rdb: rdb, api: api})
	second := open(t, setup{mode: telegram.Webhook, rdb: rdb, api: api})
	c := api.Person(5, "es")
	number := 0
	deliver := func(to *stage, u map[string]any) {
		t.Helper()
		number++
		u["update_id"] = number
		body, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		if status, err := api.Post(to.hook, secret, body); err != nil || status != http.StatusOK {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	deliver(second, api.Incoming(c, "guatemala", nil))
	deliver(first, api.Incoming(c, "¿qué derechos tengo?", nil))
	before := api.Said(c)
	if len(before) != 2 {
		t.Fatalf("%d answers to 2 messages", len(before))
	}
	api.Fail("sendMessage", faketelegram.Fault{Code: http.StatusInternalServerError})
	deliver(second, map[string]any{"callback_query": map[string]any{
		"id": "p1", "chat_instance": "1", "data": "1:country", "from": map[string]any{"id": c.ID, "is_bot": false, "first_name": "Ana", "language_code": "es"},
		"message": map[string]any{"message_id": before[0].ID, "date": 0, "chat": map[string]any{"id": c.ID, "type": "private"}},
	}})
	second.until("the answer is sent", func() bool { return len(api.Said(c)) > 2 })
	for i, m := range api.Said(c)[:2] {
		if m.Text != before[i].Text {
			t.Errorf("answer %d was changed from %q into %q", i+1, before[i].Text, m.Text)
		}
	}
}
