package telegram_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
	"cobijo/bot/telegram"
)

func TestWebhookIsGuarded(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	s.Person(42, "en")
	good := []byte(`{"update_id":1,"poll":{}}`)
	for name, tt := range map[string]struct {
		secret string
		body   []byte
		want   int
	}{
		"good":         {secret, good, 200},
		"no secret":    {"", good, 401},
		"wrong secret": {secret + "x", good, 401},
		"no JSON":      {secret, []byte("my name is Zoraida"), 400},
		"too long":     {secret, bytes.Repeat([]byte(" "), 1<<20), 413},
		"empty":        {secret, nil, 400},
	} {
		got, err := s.Post(s.hook, tt.secret, tt.body)
		if err != nil || got != tt.want {
			t.Errorf("%s: %d %v, want %d", name, got, err, tt.want)
		}
	}
	resp, err := http.Get(s.hook)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", resp.StatusCode)
	}
	if strings.Contains(s.logs.String(), "Zoraida") {
		t.Errorf("the logs quote: %s", s.logs)
	}
}

// Every fault of the API: the answer comes, once.
func TestFaults(t *testing.T) {
	for name, faults := range map[string][]faketelegram.Fault{
		"429":                          {{Code: 429, RetryAfter: 1, Words: "Too Many Requests: retry after 1"}},
		"500":                          {{Code: 500}, {Code: 502}},
		"500 after it was sent":        {{Code: 500, Done: true}},
		"cut before it was sent":       {{Cut: true}},
		"cut after it was sent":        {{Cut: true, Done: true}},
		"slow":                         {{Delay: 900 * time.Millisecond}},
		"429, and then cut after sent": {{Code: 429, RetryAfter: 1}, {Cut: true, Done: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, setup{mode: telegram.Webhook})
			ana := s.Person(42, "en")
			s.Fail("sendMessage", faults...)
			s.Say(ana, "mx-04")
			s.until("the first is answered", func() bool { return len(s.Said(ana)) >= 1 })
			s.until("the chat goes on", func() bool { return s.Pending() == 0 })
			s.Say(ana, "mx-05")
			s.until("the second is answered", func() bool { return len(s.Said(ana)) >= 2 })
			time.Sleep(1500 * time.Millisecond)
			said := s.Said(ana)
			if len(said) != 2 {
				t.Fatalf("%d answers: %+v", len(said), said)
			}
			has(t, said[0], "mx-04")
			has(t, said[1], "mx-05")
			if left := s.keys(t, ":o"); len(left) != 0 {
				t.Errorf("left in the outbox: %v", left)
			}
			if n := len(s.Calls("sendChatAction")); (n > 0) != (name == "slow") {
				t.Errorf("%d times typing", n)
			}
		})
	}
}

// What cannot be edited any more is said anew, and once, though the answer to that is lost.
func TestSaidAnewOnce(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	s.say(ana, "what did Mexico commit to?")
	page := s.Said(ana)[0]
	next := ""
	for _, k := range page.Keys() {
		if strings.Contains(k.Data, "found:") {
			next = k.Text
		}
	}
	s.Fail("editMessageText", faketelegram.Fault{Code: 400, Words: "Bad Request: message can't be edited"})
	s.Fail("sendMessage", faketelegram.Fault{Code: 500, Done: true})
	if err := s.Press(ana, next); err != nil {
		t.Fatal(err)
	}
	s.until("it is said anew", func() bool { return len(s.Said(ana)) == 2 })
	s.until("nothing is left to send", func() bool { return s.Pending() == 0 && len(s.keys(t, ":o")) == 0 })
	said := s.Said(ana)
	if len(said) != 2 || said[0].Text != page.Text {
		t.Errorf("%d messages, the first says %q", len(said), said[0].Text)
	}
}

// To look for a message that may have been sent takes longer than a delivery may: it is gone on with, and then it is sent.
func TestLongLook(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	t.Parallel()
	s := open(t, setup{mode: telegram.Webhook, options: func(o *telegram.Options) { o.PerSecond = 30 }})
	ana := s.Person(42, "en")
	s.Faults = func(method string, _ map[string]any) *faketelegram.Fault {
		if method == "editMessageText" {
			return &faketelegram.Fault{Delay: 90 * time.Millisecond}
		}
		return nil
	}
	s.Fail("sendMessage", faketelegram.Fault{Code: 500})
	has(t, s.say(ana, "mx-04"), "mx-04")
	looked := map[any]bool{}
	for _, c := range s.Calls("editMessageText") {
		looked[c.Params["message_id"]] = true
	}
	if n := len(s.Calls("editMessageText")); len(looked) < 100 || n > len(looked)+3 {
		t.Errorf("%d looks at %d numbers", n, len(looked))
	}
}

func TestThrottledChatKeepsOrder(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana, juan := s.Person(42, "en"), s.Person(43, "en")
	s.Fail("sendMessage", faketelegram.Fault{Code: 429, RetryAfter: 2})
	begin := time.Now()
	s.Say(ana, "mx-01")
	s.until("the chat is throttled", func() bool { return len(s.Calls("sendMessage")) == 1 })
	for i := 2; i <= 5; i++ {
		s.Say(ana, fmt.Sprintf("mx-%02d", i))
	}
	has(t, s.say(juan, "mx-01"), "mx-01") // another chat goes on
	if d := time.Since(begin); d > 1500*time.Millisecond {
		t.Errorf("another chat waits %v", d)
	}
	s.until("all are answered", func() bool { return len(s.Said(ana)) == 5 })
	for i, m := range s.Said(ana) {
		has(t, m, fmt.Sprintf("mx-%02d", i+1))
	}
	if d := time.Since(begin); d < 1900*time.Millisecond {
		t.Errorf("the pause is not kept: %v", d)
	}
}

// The documented limits, at a server that refuses what goes beyond: it is refused nothing.
func TestLimitsAreKept(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook, options: func(o *telegram.Options) { o.PerSecond, o.Unpaced = 30, false }})
	s.Strict = true
	var chats []*faketelegram.Chat
	for i := range 45 {
		chats = append(chats, s.Person(int64(100+i), "en"))
	}
	g := s.Group(-100, "en")
	for i := 1; i <= 8; i++ {
		s.Say(chats[0], fmt.Sprintf("mx-%02d", i))
		s.Say(g, fmt.Sprintf("/commitments mx-%02d", i))
	}
	for _, c := range chats[1:] {
		s.Say(c, "mx-01")
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%d in the first chat, %d in the group, %d updates not taken", len(s.Said(chats[0])), len(s.Said(g)), s.Pending())
		}
	})
	s.until("all are answered", func() bool {
		for _, c := range chats[1:] {
			if len(s.Said(c)) != 1 {
				return false
			}
		}
		return len(s.Said(chats[0])) == 8 && len(s.Said(g)) == 8
	})
	for _, c := range s.Calls("sendMessage") {
		if c.Error != "" {
			t.Errorf("refused: %s", c.Error)
		}
	}
	for i, m := range s.Said(chats[0]) {
		has(t, m, fmt.Sprintf("mx-%02d", i+1))
	}
}

// Several replicas, and the same update many times: it is answered once.
func TestDuplicatesAcrossReplicas(t *testing.T) {
	a := open(t, setup{mode: telegram.Webhook})
	b := open(t, setup{mode: telegram.Webhook, rdb: a.rdb, api: a.Server})
	ana := a.Person(42, "en")
	var wg sync.WaitGroup
	for i := range 20 {
		u := a.Incoming(ana, fmt.Sprintf("mx-%02d", 1+i%12), nil)
		u["update_id"] = 5000 + i
		body := must(json.Marshal(u))
		for k := range 6 {
			wg.Go(func() {
				hook := a.hook
				if k%2 == 0 {
					hook = b.hook
				}
				if got, err := a.Post(hook, secret, body); err != nil || got != 200 {
					t.Errorf("%d %v", got, err)
				}
			})
		}
		wg.Wait()
	}
	if said := a.Said(ana); len(said) != 20 {
		t.Errorf("20 updates, %d answers", len(said))
	}
}

func TestTwoPollers(t *testing.T) {
	a := open(t, setup{})
	b := open(t, setup{rdb: a.rdb, api: a.Server})
	ana := a.Person(42, "en")
	for i := range 10 {
		has(t, a.say(ana, fmt.Sprintf("mx-%02d", i+1)), fmt.Sprintf("mx-%02d", i+1))
	}
	if strings.Contains(a.logs.String()+b.logs.String(), "getUpdates: 409") {
		t.Error("two poll at the same time")
	}
	a.stop()
	has(t, b.say(ana, "mx-11"), "mx-11") // the other follows
}

func TestShutdownDrains(t *testing.T) {
	both(t, func(t *testing.T, mode telegram.Mode) {
		s := open(t, setup{mode: mode})
		ana := s.Person(42, "en")
		s.Fail("sendMessage", faketelegram.Fault{Delay: 800 * time.Millisecond})
		s.Say(ana, "mx-04")
		s.until("it is being sent", func() bool { return len(s.keys(t, ":o")) == 1 })
		begin := time.Now()
		s.stop()
		if d := time.Since(begin); d > 10*time.Second {
			t.Errorf("it takes %v to end", d)
		}
		if len(s.Said(ana)) != 1 || len(s.keys(t, ":o")) != 0 {
			t.Errorf("cut off: %+v, %v", s.Said(ana), s.keys(t, ":o"))
		}
	})
}

// Without its memory it answers all the same.
func TestStoreDown(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	if err := s.rdb.Close(); err != nil {
		t.Fatal(err)
	}
	has(t, s.say(ana, "they want to kill me, I am in Mexico"), "911")
}
