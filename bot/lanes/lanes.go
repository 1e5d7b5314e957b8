// Package lanes lets what comes from one chat pass in the order in which it came, and what comes from different chats side by side.
package lanes

import (
	"context"
	"sync"
)

// Lanes are the lanes of a channel, one for each chat; K is what tells chats apart.
type Lanes[K comparable] struct {
	slots chan struct{}

	mu    sync.Mutex
	last  map[K]chan struct{} // by chat: closed when the last that came is done
	n     int
	empty *sync.Cond
}

// New makes lanes in which up to side chats pass at the same time.
func New[K comparable](side int) *Lanes[K] {
	l := &Lanes[K]{slots: make(chan struct{}, side), last: map[K]chan struct{}{}}
	l.empty = sync.NewCond(&l.mu)
	return l
}

// Place is where something stands in its chat's lane.
type Place[K comparable] struct {
	l            *Lanes[K]
	chat         K
	before, mine chan struct{}
}

// Enter takes a place, which must be passed. The order of the calls is the order of the chat.
func (l *Lanes[K]) Enter(chat K) *Place[K] {
	p := &Place[K]{l: l, chat: chat, mine: make(chan struct{})}
	l.mu.Lock()
	p.before = l.last[chat]
	l.last[chat] = p.mine
	l.n++
	l.mu.Unlock()
	return p
}

// Pass waits for the place's turn, does f and leaves. Where the context ends first, f is not done, and those behind still wait
// for those before.
func (p *Place[K]) Pass(ctx context.Context, f func() error) error {
	if p.before != nil {
		select {
		case <-p.before:
		case <-ctx.Done():
			go func() {
				<-p.before
				p.leave()
			}()
			return ctx.Err()
		}
	}
	defer p.leave()
	p.l.slots <- struct{}{}
	defer func() { <-p.l.slots }()
	return f()
}

func (p *Place[K]) leave() {
	p.l.mu.Lock()
	if p.l.last[p.chat] == p.mine {
		delete(p.l.last, p.chat)
	}
	if p.l.n--; p.l.n == 0 {
		p.l.empty.Broadcast()
	}
	p.l.mu.Unlock()
	close(p.mine)
}

// Waiting is how many are in the lanes.
func (l *Lanes[K]) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// Wait waits until the lanes are empty.
func (l *Lanes[K]) Wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.n > 0 {
		l.empty.Wait()
	}
}
