package outbox

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"cobijo/bot/store"
)

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// refusing is a channel that can be told to refuse.
type refusing struct {
	mu      sync.Mutex
	refuses bool
	sent    []string
	tries   int
}

func (r *refusing) Carry(_ context.Context, body []byte, _ bool) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if r.refuses {
		return nil, &SendError{Kind: Unavailable, Unsent: true}
	}
	r.sent = append(r.sent, string(body))
	return nil, nil
}

func (r *refusing) set(refuses bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuses = refuses
}

func (r *refusing) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.sent...)
}

// The clock jumps while an answer waits to be sent. Forward it is sent at once; set back, it waits until the clock is again where it
// was, and is sent then; each is sent once.
func TestClockJumps(t *testing.T) {
	for name, jumps := range map[string][]time.Duration{
		"not at all":                  {2 * time.Second},
		"a day forward":               {24 * time.Hour},
		"an hour back, and on again":  {-time.Hour, time.Hour + 2*time.Second},
		"a week back, and on again":   {-7 * 24 * time.Hour, 7*24*time.Hour + 2*time.Second},
		"forward and back, some days": {49 * time.Hour, -49 * time.Hour, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb, stop := store.Embedded()
			defer stop()
			c := &clock{t: noon}
			st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			channel := &refusing{refuses: true}
			b := New(Options{Channel: "test", Replica: "one", Queue: st, Carrier: channel, Log: slog.New(slog.DiscardHandler), Now: c.now})
			h, err := st.Open(t.Context(), "test", "chat", "update")
			if err != nil {
				t.Fatal(err)
			}
			parcels, wait, err := st.Commit(t.Context(), h, store.Entry{Update: "update", Bodies: [][]byte{[]byte("one"), []byte("two")}})
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Send(t.Context(), h, parcels, wait); err != nil {
				t.Fatal(err)
			}
			channel.set(false)
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { b.Run(ctx) })
			for _, d := range jumps {
				c.jump(d)
				time.Sleep(600 * time.Millisecond) // Run looks twice
			}
			for end := time.Now().Add(time.Minute); len(channel.all()) < 2 && time.Now().Before(end); {
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(600 * time.Millisecond)
			cancel()
			wg.Wait()
			if got := channel.all(); len(got) != 2 || got[0] != "one" || got[1] != "two" {
				t.Errorf("sent %v", got)
			}
		})
	}
}
