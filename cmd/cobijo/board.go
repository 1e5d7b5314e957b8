package main

import (
	"context"
	"log/slog"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/bot/progress"
)

// lookEvery is how old what is shown of the commitments' progress may be.
const lookEvery = time.Minute

// progress is what the pages show of it; nil for nothing.
func (s *service) progress() func() *progress.Snapshot {
	if s.board == nil {
		return nil
	}
	return s.board.Snapshot
}

// watch keeps what is shown up to date, until the context ends.
func (s *service) watch(ctx context.Context, log *slog.Logger) {
	if s.board == nil {
		return
	}
	go s.board.Watch(ctx, lookEvery, func(err error) {
		log.ErrorContext(ctx, "the progress that is shown is not up to date", "error", err)
	})
}

// standings is what the chat says of a commitment's progress.
func (s *service) standings(commitment string) []dialogue.Standing {
	now := s.board.Snapshot().Current[commitment]
	var all []dialogue.Standing
	for _, r := range []*progress.Report{now.Claimed, now.Assessed} {
		if r != nil {
			all = append(all, dialogue.Standing{Claimed: r == now.Claimed, Status: string(r.Status), AsOf: r.AsOf.Time(time.UTC)})
		}
	}
	return all
}
