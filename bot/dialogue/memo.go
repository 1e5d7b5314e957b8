package dialogue

import (
	"sync"
	"time"
)

// memo keeps what is made of nothing but what is known, so that it is not written anew for each who asks. No word that a person
// wrote and no day that they named goes into it: neither into what is kept nor into what it is kept by.
type memo[K comparable, V any] struct {
	mu   sync.RWMutex
	hour int64
	kept map[K]V
}

// maxKept is how much is kept of a kind: of all that can be said, what is asked most.
const maxKept = 1000

// get gives what is kept by k, or makes it. What says how old something is holds for the hour in which it was made.
func (m *memo[K, V]) get(now time.Time, k K, write func() V) V {
	hour := now.Unix() / int64(time.Hour/time.Second)
	m.mu.RLock()
	v, ok := m.kept[k]
	ok = ok && m.hour == hour
	m.mu.RUnlock()
	if ok {
		return v
	}
	v = write()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil || m.hour != hour || len(m.kept) >= maxKept {
		m.kept, m.hour = map[K]V{}, hour
	}
	m.kept[k] = v
	return v
}
