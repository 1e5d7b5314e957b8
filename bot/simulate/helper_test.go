package simulate_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/simulate"
	"cobijo/bot/slack"
	"cobijo/bot/store"
	"cobijo/bot/telegram"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

// today is the day of the recordings.
var today = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// content is read once: it is only read, and reading takes a moment.
var content = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Load(seeds.FS) })

// rehearsal is the page with the assistant on both fakes.
type rehearsal struct {
	*simulate.Server
	web *httptest.Server
}

func start(t *testing.T) *rehearsal {
	t.Helper()
	base, err := content()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	s, err := simulate.New(texts, simulate.Options{Shortcut: "find_commitments"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	s.Slack.AckTime, s.Slack.TriggerTime = 30*time.Second, 30*time.Second // a slow machine is no fault of the assistant's
	begun := time.Now()
	now := func() time.Time { return today.Add(time.Since(begun)) }
	s.Slack.Now = now
	connect(t, s, base, texts, now)
	r := &rehearsal{Server: s, web: httptest.NewServer(s)}
	t.Cleanup(r.web.Close)
	t.Cleanup(func() {
		for _, p := range append(s.Telegram.Problems(), s.Slack.Problems()...) {
			t.Error("the real service would have refused:", p)
		}
	})
	return r
}

// connect runs the assistant on both.
func connect(t *testing.T, s *simulate.Server, base *knowledge.Base, texts *locales.Catalog, now func() time.Time) {
	t.Helper()
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{store.RandomSecret()}, PerMinute: 1000})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("COBIJO_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	service := bot.New(bot.Options{Dialogue: dialogue.New(base, texts, dialogue.Options{Operator: "Casa Ejemplo"}), Store: st, Texts: texts, Log: log, Now: now})
	tg, err := telegram.New(service, base, texts, telegram.Options{Token: s.Telegram.Token, APIURL: s.Telegram.URL(), PerSecond: -1, Unpaced: true, PollTime: time.Second, Log: log, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	book := progress.NewBook(st, now)
	sl, err := slack.New(service, base, texts, book, slack.Options{BotToken: s.Slack.BotToken, AppToken: s.Slack.AppToken, APIURL: s.Slack.URL(), PerSecond: -1, Unpaced: true, Log: log, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	holidays, faults := reminders.LoadHolidays(seeds.FS)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	sl.Remind(reminders.New(reminders.Options{Redis: rdb, Store: st, Book: book, Statement: base.Statement, Holidays: holidays, Poster: sl, Members: sl, Log: log, Now: now}))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- tg.Run(ctx) }()
	go func() { done <- sl.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("the assistant ended with %v", err)
			}
		}
	})
	wait, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	if err := s.Slack.Connected(wait, 1); err != nil {
		t.Fatal(err)
	}
}

// client follows where the page leads, and keeps nothing.
func client() *http.Client { return &http.Client{Timeout: time.Minute} }
