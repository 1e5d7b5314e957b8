package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
	"cobijo/bot/store"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

var _ Handler = (*Service)(nil)

// realBase reads the content once: it is only read, and reading takes a moment.
var realBase = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Load(seeds.FS) })

func texts(t *testing.T) *locales.Catalog {
	t.Helper()
	c, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	c.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	return c
}

func realDialogue(t *testing.T) *dialogue.Dialogue {
	t.Helper()
	base, err := realBase()
	if err != nil {
		t.Fatal(err)
	}
	return dialogue.New(base, texts(t), dialogue.Options{Operator: "Testers"})
}

// bench is a service with all that can be looked at.
type bench struct {
	*Service
	rdb  redis.UniversalClient
	stop func() // the store's server
	logs *bytes.Buffer
}

func newBench(t *testing.T, d *dialogue.Dialogue, o store.Options) *bench {
	t.Helper()
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	o.Secrets = [][]byte{[]byte("a secret of 32 bytes for testing")}
	st, err := store.New(rdb, o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{rdb: rdb, stop: stop, logs: &bytes.Buffer{}}
	log := slog.New(slog.NewJSONHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.Service = New(Options{Dialogue: d, Store: st, Texts: texts(t), Log: log})
	return b
}

func said(id, chat, text string) Message {
	return Message{Channel: "test", Chat: chat, ID: id, Message: dialogue.Message{Text: text, LangHint: "en"}}
}

func pressed(id, chat, choice string) Message {
	return Message{Channel: "test", Chat: chat, ID: id, Message: dialogue.Message{Choice: choice, LangHint: "en"}}
}

func mustHandle(t *testing.T, s *Service, m Message) []Reply {
	t.Helper()
	replies, err := s.Handle(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return replies
}

func TestSessionGoesOn(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{})
	mustHandle(t, b.Service, said("1", "42", "/language es"))
	replies := mustHandle(t, b.Service, said("2", "42", "/menu"))
	if len(replies) == 0 || replies[0].Lang != "es" {
		t.Errorf("the language is forgotten: %+v", replies)
	}
	if other := mustHandle(t, b.Service, said("1", "43", "/menu")); len(other) == 0 || other[0].Lang != "en" {
		t.Errorf("another chat has its language: %+v", other)
	}
}

func TestRepeatIsDropped(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{})
	if replies := mustHandle(t, b.Service, said("1", "42", "/menu")); len(replies) == 0 {
		t.Fatal("no reply to the first")
	}
	if replies := mustHandle(t, b.Service, said("1", "42", "/menu")); replies != nil {
		t.Errorf("a repeat is answered: %+v", replies)
	}
	if replies := mustHandle(t, b.Service, said("", "42", "/menu")); len(replies) == 0 {
		t.Error("what cannot be a repeat is answered")
	}
	// Many deliveries at the same time are answered once.
	var answered sync.Map
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if replies, err := b.Handle(t.Context(), said("2", "42", "/menu")); err != nil || replies != nil {
				answered.Store(i, err)
			}
		})
	}
	wg.Wait()
	n := 0
	answered.Range(func(_, err any) bool {
		if n++; err != nil {
			t.Error(err)
		}
		return true
	})
	if n != 1 {
		t.Errorf("answered %d times", n)
	}
}

// TestFlood: of ten thousand messages in a minute the limit's are answered, one more with a friendly word, and none after that.
func TestFlood(t *testing.T) {
	const limit = 5
	b := newBench(t, realDialogue(t), store.Options{PerMinute: limit})
	want := texts(t).Text("en", "too_many")
	for i := range 10_000 {
		replies := mustHandle(t, b.Service, said(fmt.Sprint(i), "42", "/menu"))
		switch {
		case i < limit:
			if len(replies) == 0 || replies[0].Text == want {
				t.Fatalf("message %d is within the limit: %+v", i, replies)
			}
		case i == limit:
			if d := cmp.Diff([]Reply{{Kind: dialogue.Menu, Lang: "en", Text: want}}, replies); d != "" {
				t.Fatal(d)
			}
		case replies != nil:
			t.Fatalf("message %d is answered: %+v", i, replies)
		}
	}
	if replies := mustHandle(t, b.Service, said("1", "43", "/menu")); len(replies) == 0 || replies[0].Text == want {
		t.Error("another chat suffers from it")
	}
}

func TestStoreDown(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{})
	if err := b.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.stop()
	if err := b.Ready(t.Context()); err == nil {
		t.Error("it says that it is ready")
	}
	for _, tt := range []struct{ text, kind string }{
		{"/menu", "menu"},
		{"they want to kill me, help", "emergency"},
		{"how do i ask for asylum in mexico", "guidance"},
	} {
		replies, err := b.Handle(t.Context(), said("1", "42", tt.text))
		if err == nil {
			t.Error("the operator is not told")
		}
		if len(replies) == 0 || string(replies[0].Kind) != tt.kind {
			t.Errorf("%q: %+v", tt.text, replies)
		}
	}
	if !strings.Contains(b.logs.String(), "no session") {
		t.Errorf("logs: %s", b.logs)
	}
}

// A dialogue without knowledge panics on whatever it must look up.
func TestPanic(t *testing.T) {
	b := newBench(t, &dialogue.Dialogue{}, store.Options{})
	for lang, help := range map[string]string{"en": "help.unhcr.org", "es": "help.unhcr.org"} {
		m := said("1 "+lang, "42", "my name is Zoraida")
		m.LangHint = lang
		replies, err := b.Handle(t.Context(), m)
		if err == nil {
			t.Error("the operator is not told")
		}
		if len(replies) != 1 || replies[0].Lang != lang || replies[0].Text != texts(t).Text(lang, "failed") || !strings.Contains(replies[0].Text, help) {
			t.Errorf("%s: %+v", lang, replies)
		}
	}
	if logs := b.logs.String(); strings.Contains(logs, "Zoraida") || !strings.Contains(logs, "panic while answering") {
		t.Errorf("logs: %s", logs)
	}
	// The turn was given back: a chat whose message failed is not shut out until the turn expires.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := b.Handle(ctx, said("3", "42", "again")); errors.Is(err, context.DeadlineExceeded) {
		t.Error("the next message waits for the one that failed")
	}
	if replies, err := b.Handle(ctx, said("3", "42", "again")); err != nil || replies != nil {
		t.Errorf("what failed once and was answered fails again when it is delivered again: %+v, %v", replies, err)
	}
}

func TestHungUp(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	// Whoever hangs up while the answer is made is remembered all the same, and the chat is free.
	b.now = func() time.Time { cancel(); return time.Now() }
	if _, err := b.Handle(ctx, said("1", "42", "/language es")); err != nil {
		t.Errorf("not kept: %v", err)
	}
	b.now = time.Now
	replies := mustHandle(t, b.Service, said("2", "42", "/menu"))
	if len(replies) == 0 || replies[0].Lang != "es" {
		t.Errorf("what was answered is forgotten: %+v", replies)
	}
}

func TestCounts(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{})
	yes, no := true, false
	b.count(t.Context(), []dialogue.Effect{
		{Useful: &yes, Country: "mx", Topic: "work"}, {Useful: &no, Country: "mx", Topic: "work"}, {Unanswered: true, Topic: "health"}, {Forget: true},
	})
	key := "cobijo:{count}:" + time.Now().UTC().Format(time.DateOnly)
	want := map[string]string{"useful:mx/work": "1", "not-useful:mx/work": "1", "unanswered:/health": "1"}
	if d := cmp.Diff(want, b.rdb.HGetAll(t.Context(), key).Val()); d != "" {
		t.Error(d)
	}
}

// The tests of the lanes need no store, and run on a clock of their own.

func TestOneChatInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		var order []int
		leaveFirst, err := s.enter(t.Context(), "42")
		if err != nil {
			t.Fatal(err)
		}
		const n = 50
		for i := range n {
			go func() {
				leave, err := s.enter(t.Context(), "42")
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, i) // the lane is what keeps this from being a race
				time.Sleep(time.Duration(n-i) * time.Millisecond)
				leave()
			}()
			synctest.Wait() // it stands in the lane
		}
		if len(order) > 0 {
			t.Fatalf("%v are in before the first has left", order)
		}
		leaveFirst()
		time.Sleep(time.Hour)
		want := make([]int, n)
		for i := range want {
			want[i] = i
		}
		if d := cmp.Diff(want, order); d != "" {
			t.Error(d)
		}
		if len(s.lanes) != 0 {
			t.Errorf("%d lanes are left over", len(s.lanes))
		}
	})
}

func TestChatsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				leave, err := s.enter(t.Context(), fmt.Sprint(i))
				if err != nil {
					t.Error(err)
					return
				}
				defer leave()
				time.Sleep(time.Second)
			})
		}
		wg.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("50 chats of a second each took %v", took)
		}
	})
}

func TestCancelledInTheLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		leaveFirst, err := s.enter(t.Context(), "42")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error, 1)
		go func() {
			_, err := s.enter(ctx, "42")
			gaveUp <- err
		}()
		synctest.Wait()
		third := make(chan func(), 1)
		go func() {
			leave, _ := s.enter(t.Context(), "42")
			third <- leave
		}()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("the second waits on: %v", err)
		}
		synctest.Wait()
		select {
		case <-third:
			t.Fatal("the third overtook the first when the second gave up")
		default:
		}
		leaveFirst()
		(<-third)()
		synctest.Wait()
		if len(s.lanes) != 0 {
			t.Errorf("%d lanes are left over", len(s.lanes))
		}
	})
}

// TestConcurrentHandle goes the whole way: fifty messages of one chat at the same time, none lost, none doubled.
func TestConcurrentHandle(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{PerMinute: 1000})
	var wg sync.WaitGroup
	for i := range 50 {
		for _, chat := range []string{"42", fmt.Sprint("own ", i)} {
			wg.Go(func() {
				if replies, err := b.Handle(t.Context(), said(fmt.Sprint(i), chat, "/menu")); err != nil || len(replies) == 0 {
					t.Errorf("message %d of %s: %d replies, %v", i, chat, len(replies), err)
				}
			})
		}
	}
	wg.Wait()
	if len(b.lanes) != 0 {
		t.Errorf("%d lanes are left over", len(b.lanes))
	}
}
