package bot

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/dialogue"
	"cobijo/bot/store"
)

// spy is a courier and a sender that counts what is sent.
type spy struct{ sent int }

func (s *spy) Answer(*dialogue.Dialogue, time.Time, dialogue.Session) (dialogue.Session, []Reply, []dialogue.Effect) {
	return dialogue.Session{}, nil, nil
}

func (s *spy) Write([]Reply, [][]byte) [][]byte { return [][]byte{{1}} }

func (s *spy) Send(context.Context, *store.Held, []*store.Parcel, time.Duration) error {
	s.sent++
	return nil
}

func (s *spy) Direct(context.Context, [][]byte) error {
	s.sent++
	return nil
}

// Whoever hangs up before the store says whether a message was answered brings it again: it is not answered without.
func TestHungUpWhileTheStoreIsAway(t *testing.T) {
	for name, tt := range map[string]struct {
		patience time.Duration
		within   time.Duration
		sent     int
	}{
		"hung up":             {time.Minute, 200 * time.Millisecond, 0},
		"answered without it": {100 * time.Millisecond, time.Minute, 1},
	} {
		t.Run(name, func(t *testing.T) {
			rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
			t.Cleanup(func() { _ = rdb.Close() })
			st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, Patience: tt.patience})
			if err != nil {
				t.Fatal(err)
			}
			b := New(Options{Dialogue: realDialogue(t), Store: st, Texts: texts(t), Log: slog.New(slog.DiscardHandler)})
			ctx, cancel := context.WithTimeout(t.Context(), tt.within)
			defer cancel()
			s := &spy{}
			err = b.Exchange(ctx, said("1", "a", "hello"), s, s, store.Pace{})
			if (err == nil) != (tt.sent == 1) || s.sent != tt.sent {
				t.Errorf("sent %d times, error %v", s.sent, err)
			}
		})
	}
}
