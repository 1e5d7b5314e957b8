package slack

import (
	"context"
	"sync"
)

// lanes let what comes from one chat pass in the order in which it came, and different chats side by side, up to a number.
type lanes struct {
	slots chan struct{}

	mu    sync.Mutex
	last  map[string]chan struct{} // by chat: closed when the last that came is done
	n     int
	empty *sync.Cond
}

func newLanes(side int) *lanes {
	l := &lanes{slots: make(chan struct{}, side), last: map[string]chan struct{}{}}
	l.empty = sync.NewCond(&l.mu)
	return l
}

// place is where something stands in its chat's lane.
type place struct {
	l            *lanes
	chat         string
	before, mine chan struct{}
}

// enter takes a place. The order of the calls is the order of the chat. The place must be passed.
func (l *lanes) enter(chat string) *place {
	p := &place{l: l, chat: chat, mine: make(chan struct{})}
	l.mu.Lock()
	p.before = l.last[chat]
	l.last[chat] = p.mine
	l.n++
	l.mu.Unlock()
	return p
}

// pass waits for the place's turn, does f and leaves. Where the context ends first, f is not done, and those behind still wait
// for those before.
func (p *place) pass(ctx context.Context, f func() error) error {
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

func (p *place) leave() {
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

// waiting is how many are in the lanes.
func (l *lanes) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// wait waits until the lanes are empty.
func (l *lanes) wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.n > 0 {
		l.empty.Wait()
	}
}
