package bot

import (
	"sync"
	"testing"
	"time"

	"cobijo/bot/store"
)

// The clock of a machine is set forward and back while people talk. They are answered, remembered as long as their memory lasts by
// Redis's clock, and a message delivered again is known as a repeat.
func TestClockJumps(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC) // the names of chats change on the 26th
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	b := newBench(t, realDialogue(t), store.Options{Now: clock, PerMinute: 1000})
	b.now = clock
	mustHandle(t, b.Service, said("u0", "42", "/language es"))
	updates := []string{"u0"}
	for i, jump := range []time.Duration{time.Hour, -2 * time.Hour, 20 * time.Hour, -30 * time.Hour, 4 * 24 * time.Hour, -time.Second, 23 * time.Hour} {
		mu.Lock()
		now = now.Add(jump)
		mu.Unlock()
		replies := mustHandle(t, b.Service, said(string(rune('a'+i)), "42", "/menu"))
		if len(replies) == 0 || replies[0].Lang != "es" {
			t.Errorf("after a jump of %v nothing is remembered: %+v", jump, replies)
		}
		updates = append(updates, string(rune('a'+i)))
		for _, u := range updates {
			if again := mustHandle(t, b.Service, said(u, "42", "/menu")); len(again) > 0 {
				t.Errorf("after a jump of %v update %s is answered again", jump, u)
			}
		}
	}
	// Set back over the day on which names change, or far forth, the chat has another name: it is answered as a new one, and nothing
	// fails.
	for _, jump := range []time.Duration{-3 * 24 * time.Hour, 400 * 24 * time.Hour, -60 * 365 * 24 * time.Hour} {
		mu.Lock()
		now = now.Add(jump)
		mu.Unlock()
		if replies := mustHandle(t, b.Service, said("far"+jump.String(), "42", "/menu")); len(replies) == 0 {
			t.Errorf("after a jump of %v there is no answer", jump)
		}
	}
}
