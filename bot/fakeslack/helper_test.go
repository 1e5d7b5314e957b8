package fakeslack

import (
	"context"
	"io"
	"log"
	"testing"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

func start(t *testing.T) (*Server, *api.Client, context.Context) {
	t.Helper()
	s := New()
	s.AckTime, s.TriggerTime = 30*time.Second, 30*time.Second // a slow machine is no fault of the app's
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return s, client(s), ctx
}

func client(s *Server) *api.Client {
	return api.New(s.BotToken, api.OptionAPIURL(s.URL()), api.OptionAppLevelToken(s.AppToken), api.OptionLog(log.New(io.Discard, "", 0)))
}

// noProblems ends a test in which the app does nothing wrong.
func noProblems(t *testing.T, s *Server) {
	t.Helper()
	for _, p := range s.Problems() {
		t.Error("problem:", p)
	}
}

// connect runs a Socket Mode app that hands everything to f.
func connect(ctx context.Context, t *testing.T, s *Server, c *api.Client, f func(*socketmode.Client, socketmode.Event)) {
	t.Helper()
	sm := socketmode.New(c, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{}, 2)
	go func() {
		_ = sm.RunContext(ctx)
		done <- struct{}{}
	}()
	go func() {
		for {
			select {
			case e := <-sm.Events:
				f(sm, e)
			case <-ctx.Done():
				done <- struct{}{}
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; <-done })
	if err := s.Connected(ctx, 1); err != nil {
		t.Fatal(err)
	}
}

func button(id, label string) *api.ActionBlock {
	return api.NewActionBlock("", api.NewButtonBlockElement(id, "v-"+id, api.NewTextBlockObject(api.PlainTextType, label, false, false)))
}
