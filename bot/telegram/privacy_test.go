package telegram_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

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

// What may have been sent when the answer to it was lost is taken back too.
func TestForgetWhatMayHaveBeenSent(t *testing.T) {
	for name, fault := range map[string]faketelegram.Fault{
		"sent, and the answer lost": {Code: 500, Done: true},
		"sent, and cut":             {Cut: true, Done: true},
		"not sent":                  {Code: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, setup{mode: telegram.Webhook})
			ana, juan := s.Person(42, "en"), s.Person(43, "en")
			s.say(ana, "/start")
			has(t, s.say(juan, "mx-01"), "mx-01")
			before := len(s.Said(ana))
			s.Fail("sendMessage", fault)
			s.Say(ana, "mx-04")
			s.until("it was tried", func() bool { return strings.Contains(s.logs.String(), "not sent") })
			if fault.Done && len(s.Said(ana)) != before+1 {
				t.Fatal("it was not sent")
			}
			s.Say(ana, "/forget")
			s.until("all but the last word is gone", func() bool {
				said := s.Said(ana)
				return len(said) == 1 && strings.Contains(said[0].Text, "I erased")
			})
			s.settle()
			has(t, s.say(ana, "mx-05"), "mx-05") // the chat goes on
			if said := s.Said(ana); len(said) != 2 {
				t.Errorf("%d messages", len(said))
			}
			if said := s.Said(juan); len(said) != 1 {
				t.Errorf("of somebody else %d messages are left", len(said))
			}
		})
	}
}

// failing lets the first commands of a kind on some keys fail, as when the server dies at that moment.
type failing struct {
	command, key string
	left         atomic.Int64
}

func (f *failing) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f *failing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == f.command && len(cmd.Args()) > 1 && strings.HasSuffix(fmt.Sprint(cmd.Args()[1]), f.key) && f.left.Add(-1) >= 0 {
			return io.EOF
		}
		return next(ctx, cmd)
	}
}

func (f *failing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// Once it is erased what was sent, nobody can delete it any more: what cannot be noted is not erased, and /forget comes again.
func TestForgetIsDoneWhole(t *testing.T) {
	for _, f := range []*failing{{command: "lrange", key: ":m"}, {command: "zadd", key: ":later}"}} {
		t.Run(f.command, func(t *testing.T) {
			t.Parallel()
			s := open(t, setup{mode: telegram.Webhook})
			ana := s.Person(42, "en")
			s.say(ana, "/start")
			s.say(ana, "mx-04")
			f.left.Store(2)
			s.rdb.AddHook(f)
			s.Say(ana, "/forget")
			s.until("all but the last word is gone", func() bool {
				said := s.Said(ana)
				return len(said) == 1 && strings.Contains(said[0].Text, "I erased")
			})
			s.settle()
			if f.left.Load() > 0 {
				t.Error("nothing failed")
			}
		})
	}
}
