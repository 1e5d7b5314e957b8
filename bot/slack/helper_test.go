package slack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/fakeslack"
	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/slack"
	"cobijo/bot/store"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

// today is a Wednesday, at nine in the morning in Mexico City.
var today = time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)

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

// clock is a clock that is set by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// The ways by which Slack brings things.
const (
	overHTTP   = "http"
	overSocket = "socket"
)

func both(t *testing.T, f func(t *testing.T, way string)) {
	for _, way := range []string{overHTTP, overSocket} {
		t.Run(way, func(t *testing.T) { f(t, way) })
	}
}

// stage is the app on a Slack of its own.
type stage struct {
	*fakeslack.Server
	t       *testing.T
	ctx     context.Context
	rdb     redis.UniversalClient
	store   *store.Store
	book    *progress.Book
	base    *knowledge.Base
	channel *slack.Channel
	remind  *reminders.Service
	logs    *logs
	front   *httptest.Server // where the app takes requests; nil with Socket Mode
	clock   *clock
	stop    func()
}

type setup struct {
	way     string
	rdb     redis.UniversalClient // embedded where nil
	api     *fakeslack.Server     // a new one where nil
	clock   *clock
	options func(*slack.Options)
	remind  func(s *stage) // gives the channel its reminders, and runs them
	lax     bool           // problems are looked at by the test
}

// open starts the app; it ends with the test, or with stop.
func open(t *testing.T, o setup) *stage {
	t.Helper()
	base, err := realBase()
	if err != nil {
		t.Fatal(err)
	}
	texts := catalog(t)
	s := &stage{Server: o.api, t: t, base: base, rdb: o.rdb, logs: &logs{}, clock: o.clock}
	if s.clock == nil {
		s.clock = &clock{t: today}
	}
	if s.Server == nil {
		s.Server = fakeslack.New()
		t.Cleanup(s.Close)
		s.AckTime, s.TriggerTime = 30*time.Second, time.Minute // a busy machine is slow
	}
	if s.rdb == nil {
		rdb, stop := store.Embedded()
		t.Cleanup(stop)
		s.rdb = rdb
	}
	if s.store, err = store.New(s.rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, PerMinute: 1000}); err != nil {
		t.Fatal(err)
	}
	s.book = progress.NewBook(s.store, s.clock.now)
	log := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	service := bot.New(bot.Options{
		Dialogue: dialogue.New(base, texts, dialogue.Options{Operator: "Casa Ejemplo"}), Store: s.store, Texts: texts, Log: log, Now: s.clock.now,
	})
	to := slack.Options{BotToken: s.BotToken, APIURL: s.URL(), PerSecond: -1, Unpaced: true, Log: log, Now: s.clock.now}
	if o.way == overHTTP {
		to.SigningSecret = s.SigningSecret
	} else {
		to.AppToken = s.AppToken
	}
	if o.options != nil {
		o.options(&to)
	}
	if s.channel, err = slack.New(service, base, texts, s.book, to); err != nil {
		t.Fatal(err)
	}
	var cancel context.CancelFunc
	s.ctx, cancel = context.WithCancel(t.Context())
	if o.remind != nil {
		o.remind(s)
	}
	done := make(chan error, 1)
	go func() { done <- s.channel.Run(s.ctx) }()
	if o.way == overHTTP {
		mux := http.NewServeMux()
		s.channel.Mount(mux)
		s.front = httptest.NewServer(mux)
		s.DeliverTo(s.front.URL)
	}
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the app ended with %v", err)
		}
		if s.front != nil {
			s.front.Close()
		}
	})
	t.Cleanup(func() {
		s.stop()
		for _, p := range s.Problems() {
			if !o.lax {
				t.Errorf("no Slack takes this: %s", p)
			}
		}
		if t.Failed() {
			t.Logf("logs:\n%s", s.logs)
		}
	})
	s.until("the app is ready", func() bool { return s.channel.Ready() == nil })
	if o.way == overSocket {
		s.until("Slack knows of the socket", func() bool { return s.Connections() > 0 })
	}
	return s
}

func catalog(t testing.TB) *locales.Catalog {
	t.Helper()
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	return texts
}

// until waits for something to be so: a busy machine is slow.
func (s *stage) until(what string, so func() bool) {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within a minute; logs:\n%s", what, s.logs)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// taken waits until the app took something.
func (s *stage) taken(d *fakeslack.Delivery, err error) *fakeslack.Delivery {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := d.Wait(ctx); err != nil {
		s.t.Fatalf("not taken: %v; logs:\n%s", err, s.logs)
	}
	return d
}

// whisper does something and waits for the next message that somebody alone sees.
func (s *stage) whisper(p *fakeslack.Person, do func() (*fakeslack.Delivery, error)) fakeslack.Message {
	s.t.Helper()
	n := len(s.Ephemeral(p))
	s.taken(do())
	s.until("an answer that "+p.Name+" alone sees", func() bool { return len(s.Ephemeral(p)) > n })
	all := s.Ephemeral(p)
	return all[len(all)-1]
}

// slash gives a command, and the answer.
func (s *stage) slash(p *fakeslack.Person, c *fakeslack.Channel, command, text string) fakeslack.Message {
	s.t.Helper()
	return s.whisper(p, func() (*fakeslack.Delivery, error) { return s.Slash(p, c, command, text), nil })
}

// posted does something and waits for the app's next message in a channel.
func (s *stage) posted(c *fakeslack.Channel, do func() (*fakeslack.Delivery, error)) fakeslack.Message {
	s.t.Helper()
	n := len(s.Said(c))
	s.taken(do())
	s.until("a message in "+c.Name, func() bool { return len(s.Said(c)) > n })
	all := s.Said(c)
	return all[len(all)-1]
}

// changes does something and waits until a message says something else.
func (s *stage) changes(p *fakeslack.Person, m fakeslack.Message, do func() (*fakeslack.Delivery, error)) fakeslack.Message {
	s.t.Helper()
	before := string(m.Blocks)
	s.taken(do())
	now, there := m, false
	s.until("the message changes", func() bool {
		for _, is := range append(s.Ephemeral(p), s.allSaid()...) {
			if is.TS == m.TS && is.Channel == m.Channel {
				now, there = is, true
			}
		}
		return there && string(now.Blocks) != before
	})
	return now
}

// allSaid is what the app said in all channels but direct messages.
func (s *stage) allSaid() []fakeslack.Message {
	var all []fakeslack.Message
	for _, c := range s.Channels() {
		all = append(all, s.Said(&c)...)
	}
	return all
}

func asSend(err error, e **outbox.SendError) bool { return errors.As(err, e) }

func (s *stage) press(p *fakeslack.Person, m fakeslack.Message, label string) func() (*fakeslack.Delivery, error) {
	return func() (*fakeslack.Delivery, error) { return s.Press(p, m, label) }
}

func (s *stage) has(m fakeslack.Message, words ...string) {
	s.t.Helper()
	shown := s.Show(m)
	for _, w := range words {
		if !strings.Contains(shown, w) {
			s.t.Errorf("no %q in\n%s", w, shown)
		}
	}
}
