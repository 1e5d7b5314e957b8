package telegram_test

import (
	"strings"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
	"cobijo/bot/telegram"
)

func TestGroupHearsOnlyWhatIsSaidToIt(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	g := s.Group(-100123, "en")
	me := "@" + s.Username
	for _, text := range []string{"how do I apply for asylum?", "mexico detention", "/commitments@another_bot mexico", "look at @somebody"} {
		s.Say(g, text)
	}
	s.Send(g, map[string]any{"voice": map[string]any{}})
	s.Send(g, map[string]any{"new_chat_members": []any{}})
	time.Sleep(200 * time.Millisecond)
	if said := s.Said(g); len(said) != 0 {
		t.Fatalf("it answers what is not said to it: %+v", said)
	}
	m := s.say(g, "/commitments"+me+" mexico detention")
	has(t, m, "mx-")
	for _, k := range m.Keys() {
		if k.Data == "1:menu" || strings.HasPrefix(k.Data, "1:entry") {
			t.Errorf("a key that leads to guidance: %+v", k)
		}
	}
	if p := s.Calls("sendMessage")[0].Params; p["reply_parameters"] == nil {
		t.Errorf("it does not say what it answers: %v", p)
	}
	has(t, s.say(g, me+" what did Panama commit to on children?"), "pa-")
	m = s.answers(g, 1, func() {
		s.Deliver(s.Incoming(g, "and Guatemala?", map[string]any{"reply_to_message": map[string]any{"message_id": m.ID, "from": map[string]any{"id": s.BotID, "is_bot": true}, "chat": map[string]any{"id": g.ID}}}))
	})[0]
	has(t, m, "gt-")
	// A person's own situation is for the private chat.
	m = s.say(g, me+" how long do I have to ask for asylum in Mexico?")
	has(t, m, "private chat")
	if strings.Contains(m.Text, "30") {
		t.Errorf("it answers in the group: %s", m.Text)
	}
	if ks := m.Keys(); len(ks) != 1 || !strings.HasPrefix(ks[0].URL, "https://t.me/"+s.Username+"?start=mx_") {
		t.Errorf("keys: %+v", m.Keys())
	}
	has(t, s.say(g, "/start"+me), "private chat")
	has(t, s.say(g, "/forget"), "private chat")
	has(t, s.say(g, me+" they are going to kill me right now, help"), "Call now")
	if ks := s.Said(g)[len(s.Said(g))-1].Keys(); len(ks) != 1 || ks[0].URL == "" {
		t.Errorf("keys: %+v", ks)
	}
}

func TestGroupBecomesSupergroup(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	old, now := s.Group(-55, "en"), s.Group(-10055, "en")
	s.Fail("sendMessage", faketelegram.Fault{Code: 400, MigrateTo: now.ID, Words: "Bad Request: group chat was upgraded to a supergroup chat"})
	s.Say(old, "/commitments mexico")
	s.until("it is said in the new one", func() bool { return len(s.Said(now)) == 1 })
}

func TestInline(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	for i, tt := range []struct{ query, lang, title, text string }{
		{"detention mexico", "en", "Mexico", "detention"},
		{"what did Panama commit to on children", "en", "pa-", ""},
		{"detención en México", "es", "México", ""},
	} {
		s.Ask(tt.query, tt.query, tt.lang)
		s.until("an answer", func() bool { return len(s.Calls("answerInlineQuery")) == i+1 })
		call := s.Calls("answerInlineQuery")[i]
		results, _ := call.Params["results"].([]any)
		found := false
		for _, r := range results {
			title, _ := r.(map[string]any)["title"].(string)
			found = found || strings.Contains(title, tt.title)
			if strings.Contains(title, "Guatemala") || strings.Contains(title, "🌎") {
				t.Errorf("%q gives another country's %q", tt.query, title)
			}
		}
		if !found || call.Params["is_personal"] != true || call.Params["cache_time"] == nil {
			t.Errorf("%q: %v", tt.query, call.Params)
		}
	}
	s.Ask("nothing", "", "en")
	s.until("an empty question is answered", func() bool { return len(s.Calls("answerInlineQuery")) == 4 })
}
