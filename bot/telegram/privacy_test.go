package telegram_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
	"cobijo/bot/store"
	"cobijo/bot/telegram"
)

// keys gives the names of what Redis holds, with a word in them.
func (s *stage) keys(t *testing.T, with string) []string {
	t.Helper()
	all, err := s.rdb.Keys(t.Context(), "*"+with).Result()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestForget(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	for _, text := range []string{"/start", "how do I apply for asylum in Mexico?", "and in Guatemala?"} {
		s.say(ana, text)
	}
	if len(s.keys(t, ":s")) != 1 || len(s.keys(t, ":m")) != 1 {
		t.Fatal("nothing to forget")
	}
	s.Say(ana, "/forget")
	s.until("all but the last word is gone", func() bool { return len(s.Said(ana)) == 1 })
	s.settle()
	has(t, s.Said(ana)[0], "I erased", "Delete chat")
	s.until("nothing is kept", func() bool { return len(s.keys(t, ":s"))+len(s.keys(t, ":m"))+len(s.keys(t, ":o")) == 0 })
	has(t, s.say(ana, "delete"), "I erased")
}

func TestNothingWrittenIsKept(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(9081726354, "en")
	for _, text := range []string{"my name is Zoraida, how do I apply in Mexico", "/discreet 60", "Zoraida Quetzalli was here"} {
		s.say(ana, text)
	}
	for _, key := range s.keys(t, "") {
		ttl, err := s.rdb.PTTL(t.Context(), key).Result()
		if err != nil || ttl <= 0 {
			t.Errorf("%s does not expire: %v %v", key, ttl, err)
		}
		dump, _ := s.rdb.Dump(t.Context(), key).Result()
		for _, mark := range []string{"Zoraida", "Quetzalli", "9081726354"} {
			if strings.Contains(key+dump, mark) {
				t.Errorf("%s holds %s", key, mark)
			}
		}
	}
	if l := s.logs.String(); strings.Contains(l, "Zoraida") || strings.Contains(l, "9081726354") || strings.Contains(l, s.Token) {
		t.Errorf("the logs tell: %s", l)
	}
}

func TestDiscreetSurvivesARestart(t *testing.T) {
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	s := open(t, setup{mode: telegram.Webhook, rdb: rdb})
	ana := s.Person(42, "en")
	has(t, s.say(ana, "/discreet"), "Discreet mode")
	has(t, s.press(ana, "5 minutes"), "5 minutes")
	s.say(ana, "how do I apply for asylum in Mexico?")
	if n := len(s.Said(ana)); n != 3 {
		t.Fatalf("%d messages", n)
	}
	s.stop()
	// Five minutes later, another process.
	later := open(t, setup{mode: telegram.Webhook, rdb: rdb, api: s.Server, now: func() time.Time { return today.Add(6 * time.Minute) }})
	// The store's clock is the real one: what is due is found by making it due.
	for _, z := range must(rdb.ZRangeWithScores(t.Context(), "cobijo:{telegram:later}", 0, -1).Result()) {
		z.Score = 1
		rdb.ZAdd(t.Context(), "cobijo:{telegram:later}", z)
	}
	later.until("what was said discreetly is gone", func() bool { return len(later.Said(ana)) == 1 })
	later.until("the notes are gone", func() bool { return rdb.ZCard(context.Background(), "cobijo:{telegram:later}").Val() == 0 })
	has(t, later.say(ana, "/discreet off"), "is off")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestBlocked(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana, juan := s.Person(42, "en"), s.Person(43, "es")
	s.say(ana, "/start")
	s.say(juan, "/start")
	if n := len(s.keys(t, ":s")); n != 2 {
		t.Fatalf("%d sessions", n)
	}
	s.Block(ana)
	s.until("a session is erased", func() bool { return len(s.keys(t, ":s")) == 1 })
	// Who is found to have blocked it when it answers is forgotten too.
	juan.Blocked = true
	s.Say(juan, "/menu")
	s.until("the other is erased", func() bool { return len(s.keys(t, ":s"))+len(s.keys(t, ":o"))+len(s.keys(t, ":m")) == 0 })
}

// Where Telegram does not delete, the chat goes on, and it is tried again.
func TestForgetWhereNothingIsDeleted(t *testing.T) {
	s := open(t, setup{mode: telegram.Webhook})
	ana := s.Person(42, "en")
	s.say(ana, "/start")
	s.Faults = func(method string, _ map[string]any) *faketelegram.Fault {
		if method == "deleteMessages" {
			return &faketelegram.Fault{Code: 500}
		}
		return nil
	}
	has(t, s.say(ana, "/forget"), "I erased")
	has(t, s.say(ana, "mx-04"), "mx-04")
	s.until("it is tried", func() bool { return len(s.Calls("deleteMessages")) > 0 })
	if n := s.rdb.ZCard(t.Context(), "cobijo:{telegram:later}").Val(); n != 1 {
		t.Errorf("%d notes", n)
	}
}
