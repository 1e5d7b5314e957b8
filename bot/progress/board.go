package progress

import (
	"context"
	"sync/atomic"
	"time"
)

// Snapshot is all that was reported, as it stood at a moment. It is read-only.
type Snapshot struct {
	Reports []Report
	Current map[string]Current // by commitment; what is not in it has no report
}

// Board shows a book to readers who must not wait for the store: what it shows is up to one look old. It is safe for concurrent
// use; before the first look it is empty.
type Board struct {
	book *Book
	seen atomic.Pointer[Snapshot]
}

// NewBoard makes a board over a book.
func NewBoard(book *Book) *Board { return &Board{book: book} }

// Snapshot gives what was seen last.
func (b *Board) Snapshot() *Snapshot {
	if s := b.seen.Load(); s != nil {
		return s
	}
	return &Snapshot{}
}

// Look reads the book.
func (b *Board) Look(ctx context.Context) error {
	all, err := b.book.All(ctx)
	if err != nil {
		return err
	}
	s := &Snapshot{Reports: all, Current: map[string]Current{}}
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].Commitment == all[from].Commitment {
			to++
		}
		s.Current[all[from].Commitment] = Derive(all[from:to])
		from = to
	}
	b.seen.Store(s)
	return nil
}

// Watch looks at once and then at intervals, until the context ends. What goes wrong is given to failed; what was seen before
// stays.
func (b *Board) Watch(ctx context.Context, every time.Duration, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := b.Look(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
