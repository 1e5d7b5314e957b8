package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/bot/store"
)

// queue notes what an outbox does.
type queue struct {
	did     []string
	counted []string
	pause   time.Duration
}

func (q *queue) note(format string, args ...any) error {
	q.did = append(q.did, fmt.Sprintf(format, args...))
	return nil
}

func (q *queue) Sent(_ context.Context, _ *store.Held, p *store.Parcel, _ []byte) error {
	return q.note("sent %s", p.Body)
}

func (q *queue) PutOff(_ context.Context, _ string, _ *store.Held, p *store.Parcel, due time.Time) error {
	return q.note("put off %s state %d for %v", p.Body, p.State, due.Sub(noon))
}
func (q *queue) EraseHeld(context.Context, *store.Held) error { return q.note("erased") }
func (q *queue) Close(context.Context, *store.Held) error     { return q.note("closed") }
func (q *queue) Due(context.Context, string, int, time.Duration) ([]string, error) {
	return nil, nil
}
func (q *queue) Undue(context.Context, string, string) error           { return nil }
func (q *queue) Note(context.Context, string, string, time.Time) error { return nil }
func (q *queue) Reopen(context.Context, string) (*store.Held, error)   { return nil, nil }
func (q *queue) Present(_ context.Context, _, _ string, pause time.Duration) (int, time.Duration, error) {
	q.pause = max(q.pause, pause)
	return 1, 0, nil
}

func (q *queue) Count(_ context.Context, what, _, kind string) error {
	q.counted = append(q.counted, what+" "+kind)
	return nil
}

var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// carrier fails as it is told to, and notes in what it doubts.
type carrier struct {
	errs    []error
	doubted []bool
}

func (c *carrier) Carry(_ context.Context, _ []byte, doubt bool) ([]byte, error) {
	c.doubted = append(c.doubted, doubt)
	if len(c.errs) == 0 {
		return nil, nil
	}
	err := c.errs[0]
	c.errs = c.errs[1:]
	return nil, err
}

func TestWhatFollowsFromAFailure(t *testing.T) {
	parcel := func(body string) *store.Parcel { return &store.Parcel{Body: []byte(body), Since: noon} }
	found := func(body string, state store.ParcelState) *store.Parcel {
		p := parcel(body)
		p.Found, p.State = true, state
		return p
	}
	old := parcel("a")
	old.Since = noon.Add(-time.Hour)
	tried := parcel("a")
	tried.Tries = 20
	for name, tt := range map[string]struct {
		parcels []*store.Parcel
		errs    []error
		want    []string
		doubted []bool
		lost    []string
	}{
		"all is well":                 {[]*store.Parcel{parcel("a"), parcel("b")}, nil, []string{"sent a", "sent b"}, []bool{false, false}, nil},
		"nothing to send":             {nil, nil, []string{"closed"}, nil, nil},
		"throttled":                   {[]*store.Parcel{parcel("a"), parcel("b")}, []error{&SendError{Kind: Throttled, RetryAfter: 7 * time.Second, Unsent: true}}, []string{"put off a state 1 for 7s"}, []bool{false}, nil},
		"throttled, not for how long": {[]*store.Parcel{parcel("a")}, []error{&SendError{Kind: Throttled, Unsent: true}}, []string{"put off a state 1 for 1s"}, []bool{false}, nil},
		"an answer is lost":           {[]*store.Parcel{parcel("a")}, []error{&SendError{Kind: Unavailable}}, []string{"put off a state 2 for 1s"}, []bool{false}, nil},
		"an error of no kind":         {[]*store.Parcel{parcel("a")}, []error{errors.New("x")}, []string{"put off a state 2 for 1s"}, []bool{false}, nil},
		"it cannot be reached":        {[]*store.Parcel{parcel("a")}, []error{&SendError{Kind: Unavailable, Unsent: true}}, []string{"put off a state 1 for 1s"}, []bool{false}, nil},
		"many times":                  {[]*store.Parcel{tried}, []error{&SendError{Kind: Unavailable, Unsent: true}}, []string{"put off a state 1 for 1m0s"}, []bool{false}, nil},
		"too long":                    {[]*store.Parcel{old, parcel("b")}, []error{&SendError{Kind: Unavailable}}, []string{"sent a", "sent b"}, []bool{false, false}, []string{"undelivered unavailable"}},
		"rejected":                    {[]*store.Parcel{parcel("a"), parcel("b")}, []error{&SendError{Kind: Rejected, Unsent: true}}, []string{"sent a", "sent b"}, []bool{false, false}, []string{"undelivered rejected"}},
		"blocked":                     {[]*store.Parcel{parcel("a"), parcel("b")}, []error{&SendError{Kind: Gone, Unsent: true}}, []string{"erased"}, []bool{false}, nil},
		"a wrong token":               {[]*store.Parcel{parcel("a")}, []error{&SendError{Kind: Config, Unsent: true}}, []string{"put off a state 1 for 1m0s"}, []bool{false}, nil},
		"left by a process that died": {[]*store.Parcel{found("a", store.Fresh), found("b", store.Fresh), parcel("c")}, nil, []string{"sent a", "sent b", "sent c"}, []bool{true, false, false}, nil},
		"put off before":              {[]*store.Parcel{found("a", store.Waiting)}, nil, []string{"sent a"}, []bool{false}, nil},
		"doubtful before":             {[]*store.Parcel{found("a", store.Doubtful)}, nil, []string{"sent a"}, []bool{true}, nil},
		"sealed by a lost secret":     {[]*store.Parcel{{Found: true}, parcel("b")}, nil, []string{"sent ", "sent b"}, []bool{false}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			q, c := &queue{}, &carrier{errs: tt.errs}
			b := New(Options{Channel: "test", Queue: q, Carrier: c, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }})
			if err := b.Send(t.Context(), &store.Held{}, tt.parcels, 0); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, q.did); d != "" {
				t.Error(d)
			}
			if !slices.Equal(c.doubted, tt.doubted) || !slices.Equal(q.counted, tt.lost) {
				t.Errorf("doubted %v, lost %v", c.doubted, q.counted)
			}
		})
	}
}

func TestPauseOfAll(t *testing.T) {
	q, c := &queue{}, &carrier{}
	now := noon
	b := New(Options{Channel: "test", Queue: q, Carrier: c, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	b.throttle(t.Context(), "one", 9*time.Second)
	b.throttle(t.Context(), "one", 9*time.Second)
	if b.Paused() > 0 {
		t.Error("one chat's pause is all chats'")
	}
	b.throttle(t.Context(), "another", 9*time.Second)
	if b.Paused() != 9*time.Second || q.pause != 9*time.Second {
		t.Errorf("two chats' pause is not all chats': %v %v", b.Paused(), q.pause)
	}
	if err := b.Send(t.Context(), &store.Held{}, []*store.Parcel{{Body: []byte("a"), Since: noon}}, 0); err != nil {
		t.Fatal(err)
	}
	if want := []string{"put off a state 1 for 9s"}; !slices.Equal(q.did, want) || len(c.doubted) != 0 {
		t.Errorf("%v", q.did)
	}
	now = now.Add(10 * time.Second)
	if b.Paused() > 0 {
		t.Error("the pause does not end")
	}
}
