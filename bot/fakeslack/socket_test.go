package fakeslack

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// heard is what an app was told, by kind.
type heard struct {
	mu   sync.Mutex
	list []socketmode.Event
}

func (h *heard) add(e socketmode.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, e)
}

func (h *heard) of(kind socketmode.EventType) []socketmode.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.list), func(e socketmode.Event) bool { return e.Type != kind })
}

func TestSocketEvents(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	var h heard
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		h.add(e)
		if e.Request != nil && e.Type != socketmode.EventTypeHello {
			_ = sm.Ack(*e.Request)
		}
		if e.Type == socketmode.EventTypeEventsAPI {
			if ev, ok := e.Data.(slackevents.EventsAPIEvent); ok {
				if m, ok := ev.InnerEvent.Data.(*slackevents.AppMentionEvent); ok {
					_, _, _ = c.PostMessageContext(ctx, m.Channel, api.MsgOptionText("hola <@"+m.User+">", false), api.MsgOptionTS(m.TimeStamp))
				}
			}
		}
	})
	d := s.Mention(ana, team, "¿qué prometió <México>?")
	if err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Posted(ctx, team, 1); err != nil {
		t.Fatal(err)
	}
	want := "ana:\n  @cobijo ¿qué prometió <México>?\n    cobijo:\n      hola @ana\n"
	if got := s.Transcript(team); got != want {
		t.Errorf("transcript\n%s\nwant\n%s", got, want)
	}
	// Told of the same twice, and of the same again under another event_id.
	if err := s.Redeliver(d).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Repeat(d).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.DM(ana, "hola").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	ids, retries, kinds := map[string]int{}, 0, map[string]int{}
	for _, e := range h.of(socketmode.EventTypeEventsAPI) {
		ev := e.Data.(slackevents.EventsAPIEvent)
		kinds[ev.InnerEvent.Type]++
		ids[ev.Data.(*slackevents.EventsAPICallbackEvent).EventID]++
		if e.Request.RetryAttempt > 0 {
			retries++
		}
	}
	if ids[d.EventID] != 2 || retries != 1 || kinds["app_mention"] != 3 || kinds["message"] < 2 {
		t.Errorf("ids %v, %d retries, kinds %v", ids, retries, kinds)
	}
	noProblems(t, s)
}

func TestSocketBringsAgainWhatWasNotAcknowledged(t *testing.T) {
	s, c, ctx := start(t)
	s.AckTime = 100 * time.Millisecond
	s.Retries = []time.Duration{0, time.Millisecond}
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	var mu sync.Mutex
	envelopes, attempts := map[string]bool{}, []int{}
	ack := 2
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		if e.Type != socketmode.EventTypeEventsAPI {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		envelopes[e.Request.EnvelopeID] = true
		attempts = append(attempts, e.Request.RetryAttempt)
		if len(attempts) > ack {
			_ = sm.Ack(*e.Request)
		}
	})
	d := s.DM(ana, "hola")
	if err := d.Wait(ctx); err != nil && !errors.Is(err, ErrTimeout) {
		t.Fatal(err)
	}
	mu.Lock()
	if len(envelopes) != 3 || !slices.Equal(attempts, []int{0, 1, 2}) {
		t.Errorf("envelopes %v, attempts %v", envelopes, attempts)
	}
	ack = 1 << 30
	mu.Unlock()
	if err := s.DM(ana, "¿nadie?").Wait(ctx); !errors.Is(err, ErrTimeout) {
		t.Errorf("given up with %v", err)
	}
}

func TestSocketDisconnects(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	if err := s.Slash(ana, s.Channel("x", ana), "/commitments", "").Wait(ctx); !errors.Is(err, ErrDispatch) {
		t.Errorf("without the app: %v", err)
	}
	early := s.DM(ana, "antes") // waits for the app
	var hellos int
	var mu sync.Mutex
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e.Type {
		case socketmode.EventTypeHello:
			hellos++
		case socketmode.EventTypeEventsAPI:
			_ = sm.Ack(*e.Request)
		}
	})
	if err := early.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return hellos
	}
	for i, do := range []func(){func() { s.Disconnect("refresh_requested") }, s.Cut, func() { s.Disconnect("warning") }} {
		do()
		for s.Connections() != 1 || count() < i+2 { // a warning too makes slack-go connect anew
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
				t.Fatal(i, "no new connection")
			}
		}
		if err := s.DM(ana, "hola").Wait(ctx); err != nil {
			t.Error(i, err)
		}
	}
	s.Disconnect("link_disabled")
	if err := s.Until(ctx, func() bool { return s.Connections() == 0 }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.StartSocketModeContext(ctx); err == nil || err.Error() != "socket_mode_not_enabled" {
		t.Errorf("open: %v", err)
	}
	noProblems(t, s)
}

func TestSocketRefusals(t *testing.T) {
	s, _, ctx := start(t)
	wrong := api.New(s.BotToken, api.OptionAPIURL(s.URL()), api.OptionAppLevelToken("xapp-wrong"))
	if _, _, err := wrong.StartSocketModeContext(ctx); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("wrong app token: %v", err)
	}
	swapped := api.New(s.AppToken, api.OptionAPIURL(s.URL()))
	if _, err := swapped.AuthTestContext(ctx); err == nil || err.Error() != "not_allowed_token_type" {
		t.Errorf("app token for the Web API: %v", err)
	}
}

// A connection that is dead without being closed: the app must notice by itself.
func TestSocketSilence(t *testing.T) {
	s, c, ctx := start(t)
	s.PingEvery = 20 * time.Millisecond
	s.Retries = []time.Duration{0, 0, 0}
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	got := make(chan string, 10)
	sm := socketmode.New(c, socketmode.OptionPingInterval(400*time.Millisecond))
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- sm.RunContext(run) }()
	go func() {
		for {
			select {
			case e := <-sm.Events:
				if e.Type == socketmode.EventTypeEventsAPI {
					_ = sm.Ack(*e.Request)
					got <- e.Request.EnvelopeID
				}
			case <-run.Done():
				return
			}
		}
	}()
	if err := s.Connected(ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.Silence(true)
	d := s.DM(ana, "¿hay alguien?")
	if err := s.Until(ctx, func() bool { return s.Connections() == 0 }); err != nil {
		t.Fatal(err)
	}
	s.Silence(false)
	if err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	<-got
	if n := d.Attempts(); n < 2 {
		t.Errorf("brought %d times", n)
	}
	stop()
	<-done
	noProblems(t, s)
}

func TestUninstall(t *testing.T) {
	s, c, ctx := start(t)
	kinds := make(chan string, 10)
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		if ev, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			_ = sm.Ack(*e.Request)
			kinds <- ev.InnerEvent.Type
		}
	})
	first, second := s.Uninstall()
	for _, d := range []*Delivery{first, second} {
		if err := d.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := <-kinds, <-kinds; a != "tokens_revoked" || b != "app_uninstalled" {
		t.Errorf("told of %s and %s", a, b)
	}
	if _, err := c.AuthTestContext(ctx); errText(err) != "account_inactive" {
		t.Errorf("a token of an app that is gone: %v", err)
	}
}

func TestChannelsChange(t *testing.T) {
	s, c, ctx := start(t)
	ana, eva := s.Person("ana", "es-419", "America/Mexico_City"), s.Person("eva", "en-US", "America/New_York")
	open, hidden := s.Channel("open", ana), s.Private(s.Channel("hidden", ana))
	var mu sync.Mutex
	var kinds []string
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		if ev, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			mu.Lock()
			kinds = append(kinds, ev.InnerEvent.Type)
			mu.Unlock()
			_ = sm.Ack(*e.Request)
		}
	})
	d := s.Say(ana, open, "uno")
	for _, d := range []*Delivery{
		d, s.EditMessage(open, d.TS, "dos"), s.DeleteMessage(open, d.TS), s.Rename(open, "renamed"), s.Archive(open, ana), s.Unarchive(open, ana),
		s.Archive(hidden, ana), s.Join(open, eva), s.Leave(open, eva), s.RemoveBot(open, ana), s.InviteBot(open, ana), s.DeleteChannel(hidden, ana),
	} {
		if err := d.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	want := []string{
		"message", "message", "message", "channel_rename", "channel_archive", "channel_unarchive", "group_archive", "member_joined_channel",
		"member_left_channel", "channel_left", "member_joined_channel", "group_deleted",
	}
	slices.Sort(kinds)
	slices.Sort(want)
	if !slices.Equal(kinds, want) {
		t.Errorf("told of %q", kinds)
	}
	s.RemoveBot(open, ana)
	if err := s.Say(ana, open, "¿sigue ahí?").Wait(ctx); !errors.Is(err, ErrNotTold) {
		t.Errorf("told of a channel where it is not: %v", err)
	}
	noProblems(t, s)
}
