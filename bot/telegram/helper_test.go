package telegram_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/faketelegram"
	"cobijo/bot/store"
	"cobijo/bot/telegram"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

const secret = "a-secret-that-telegram-sends-along"

// today is when the transcripts take place.
var today = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// realBase reads the content once: it is only read, and reading takes a moment.
var realBase = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Load(seeds.FS) })

// logs collects what is logged by goroutines that may outlive what they log for.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// stage is a bot on a Telegram of its own.
type stage struct {
	*faketelegram.Server
	t    *testing.T
	rdb  redis.UniversalClient
	logs *logs
	hook string // where the bot takes updates
	stop func() // the bot
}

type setup struct {
	mode    telegram.Mode
	rdb     redis.UniversalClient // embedded where nil
	api     *faketelegram.Server  // a new one where nil
	now     func() time.Time
	options func(*telegram.Options)
}

// open starts a bot; it ends with the test, or with stop.
func open(t *testing.T, o setup) *stage {
	t.Helper()
	base, err := realBase()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	s := &stage{Server: o.api, t: t, rdb: o.rdb, logs: &logs{}}
	if s.Server == nil {
		s.Server = faketelegram.New()
		t.Cleanup(s.Close)
	}
	if s.rdb == nil {
		rdb, stop := store.Embedded()
		t.Cleanup(stop)
		s.rdb = rdb
	}
	st, err := store.New(s.rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, PerMinute: 1000})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if o.now == nil {
		o.now = func() time.Time { return today }
	}
	service := bot.New(bot.Options{
		Dialogue: dialogue.New(base, texts, dialogue.Options{Operator: "Casa Ejemplo"}), Store: st, Texts: texts, Log: log, Now: o.now,
	})
	to := telegram.Options{
		Token: s.Token, APIURL: s.URL(), Mode: o.mode, Secret: secret, Log: log, PerSecond: -1, Unpaced: true, PollTime: 2 * time.Second,
	}
	var front *httptest.Server
	if o.mode == telegram.Webhook {
		front = httptest.NewUnstartedServer(nil)
		to.WebhookURL = "http://" + front.Listener.Addr().String() + "/telegram/webhook"
		s.hook = to.WebhookURL
	}
	if o.options != nil {
		o.options(&to)
	}
	c, err := telegram.New(service, base, texts, to)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	if front != nil {
		front.Config.Handler = c.Handler()
		front.Start()
	}
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		if front != nil {
			front.Close()
		}
	})
	t.Cleanup(func() {
		s.stop()
		for _, p := range s.Problems() {
			t.Errorf("no Bot API takes this: %s", p)
		}
	})
	if o.mode == telegram.Webhook {
		s.until("the webhook is registered", func() bool { return len(s.Calls("setWebhook")) > 0 })
	} else {
		s.until("the bot polls", func() bool { return len(s.Calls("deleteWebhook")) > 0 })
	}
	return s
}

// until waits for something to be so.
func (s *stage) until(what string, so func() bool) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); { // a busy machine is slow, and a paced chat slower
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within a minute; logs:\n%s", what, s.logs)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// settle waits until nothing is delivered or said any more.
func (s *stage) settle() {
	s.t.Helper()
	s.until("all updates are taken", func() bool { return s.Pending() == 0 })
}

// answers waits for n more messages of the bot's in a chat, and gives them.
func (s *stage) answers(c *faketelegram.Chat, n int, do func()) []faketelegram.Message {
	s.t.Helper()
	before := len(s.Said(c))
	do()
	s.until("an answer", func() bool { return len(s.Said(c)) >= before+n })
	s.settle()
	said := s.Said(c)[before:]
	if len(said) != n {
		s.t.Errorf("%d answers instead of %d: %+v", len(said), n, said)
	}
	return said
}

func (s *stage) say(c *faketelegram.Chat, text string) faketelegram.Message {
	s.t.Helper()
	return s.answers(c, 1, func() { s.Say(c, text) })[0]
}

func (s *stage) press(c *faketelegram.Chat, label string) faketelegram.Message {
	s.t.Helper()
	return s.answers(c, 1, func() {
		if err := s.Press(c, label); err != nil {
			s.t.Fatal(err)
		}
	})[0]
}

func has(t *testing.T, m faketelegram.Message, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(m.Text, w) {
			t.Errorf("no %q in %q", w, m.Text)
		}
	}
}

func both(t *testing.T, f func(t *testing.T, mode telegram.Mode)) {
	for _, mode := range []telegram.Mode{telegram.Polling, telegram.Webhook} {
		t.Run(string(mode), func(t *testing.T) { f(t, mode) })
	}
}
