package lanes

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func TestOrderWithinAChat(t *testing.T) {
	l := New[string](4)
	var mu sync.Mutex
	got := map[string][]int{}
	var wg sync.WaitGroup
	for i := range 200 {
		for _, chat := range []string{"a", "b", "c"} {
			p := l.Enter(chat)
			wg.Go(func() {
				_ = p.Pass(t.Context(), func() error {
					mu.Lock()
					defer mu.Unlock()
					got[chat] = append(got[chat], i)
					return nil
				})
			})
		}
	}
	l.Wait()
	wg.Wait()
	for chat, order := range got {
		if len(order) != 200 || !slices.IsSorted(order) {
			t.Errorf("%s: %v", chat, order)
		}
	}
	if n := l.Waiting(); n != 0 || len(l.last) != 0 {
		t.Errorf("%d wait, %d lanes are left", n, len(l.last))
	}
}

// Who gives up does not let those behind pass those before.
func TestGivingUpKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New[int](4)
		first, second, third := l.Enter(1), l.Enter(1), l.Enter(1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := second.Pass(ctx, func() error { t.Error("it was done"); return nil }); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		done, gate := false, make(chan struct{})
		go func() { _ = third.Pass(t.Context(), func() error { done = true; return nil }) }()
		go func() { _ = first.Pass(t.Context(), func() error { <-gate; return nil }) }()
		synctest.Wait()
		if done {
			t.Error("the third passed the first")
		}
		close(gate)
		synctest.Wait()
		if !done {
			t.Error("the third is stuck")
		}
	})
}
