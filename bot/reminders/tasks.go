package reminders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"
)

// The task queue. A task's id is that of its occurrence, so that two replicas that plan the same make one.
const (
	queueName  = "reminders"
	taskPost   = "reminder:post"   // post an occurrence
	taskFollow = "reminder:follow" // see whether an occurrence was answered
	taskView   = "reminder:view"   // show what changed in its message
	maxTries   = 30
	longWait   = 10 * time.Minute
)

// job is a task's payload: it names nobody.
type job struct {
	Occurrence string    `json:"occurrence"`
	Moment     time.Time `json:"moment,omitzero"` // when it was to be posted
	Base       string    `json:"base,omitempty"`  // of a week's digest: the occurrence that nobody answered
}

// enqueue puts a task in the queue, to be done after a while; one that is there already is that one.
func (s *Service) enqueue(ctx context.Context, kind, id string, j job, after time.Duration) error {
	payload, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("write task: %w", err)
	}
	options := []asynq.Option{asynq.TaskID(id), asynq.Queue(queueName), asynq.MaxRetry(maxTries), asynq.Timeout(2 * s.o.Timing.Lease)}
	if after > 0 {
		options = append(options, asynq.ProcessIn(after))
	}
	_, err = s.queue.EnqueueContext(ctx, asynq.NewTask(kind, payload), options...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueue %s: %w", id, err)
	}
	return nil
}

// handle does a task.
func (s *Service) handle(ctx context.Context, t *asynq.Task) error {
	var j job
	if err := json.Unmarshal(t.Payload(), &j); err != nil || j.Occurrence == "" {
		return fmt.Errorf("task of %s cannot be read: %w", t.Type(), asynq.SkipRetry)
	}
	switch t.Type() {
	case taskPost:
		return s.post(ctx, j)
	case taskFollow:
		return s.follow(ctx, j.Occurrence)
	case taskView:
		return s.refresh(ctx, j.Occurrence)
	}
	return fmt.Errorf("no task %.40q: %w", t.Type(), asynq.SkipRetry)
}

// laterError asks to be called again after a while; it is no failure where the cause is nil.
type laterError struct {
	after time.Duration
	cause error
}

func (e *laterError) Error() string {
	if e.cause == nil {
		return "later"
	}
	return e.cause.Error()
}

func (e *laterError) Unwrap() error { return e.cause }

func later(after time.Duration) error { return &laterError{after: max(after, time.Millisecond)} }

// failed tells the queue whether a try counts as one: waiting does not.
func failed(err error) bool {
	l := (*laterError)(nil)
	return !errors.As(err, &l) || l.cause != nil
}

// retryDelay is how long a task waits before it is tried again: as long as it asked for, else twice as long as the last time.
func (s *Service) retryDelay(n int, err error, _ *asynq.Task) time.Duration {
	if l := (*laterError)(nil); errors.As(err, &l) && l.after > 0 {
		return l.after
	}
	return min(s.o.Timing.First<<min(n, 20), longWait)
}

// lastTry tells whether a task that fails now becomes a dead letter.
func lastTry(ctx context.Context) bool {
	n, _ := asynq.GetRetryCount(ctx)
	most, ok := asynq.GetMaxRetry(ctx)
	return ok && n >= most
}

// Dead is an occurrence that could not be posted and is not tried any more.
type Dead struct {
	Occurrence string
	Error      string // the channel's; quotes no message
	Failed     time.Time
	Tries      int

	task string
}

// Failed gives the dead letters, those that failed last first. The queue keeps 10,000 of them for 90 days.
func (s *Service) Failed() ([]Dead, error) {
	var all []Dead
	for page := 1; ; page++ {
		tasks, err := s.tasks.ListArchivedTasks(queueName, asynq.Page(page), asynq.PageSize(500))
		if errors.Is(err, asynq.ErrQueueNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list dead letters: %w", err)
		}
		for _, t := range tasks {
			var j job
			if json.Unmarshal(t.Payload, &j) != nil {
				j.Occurrence = t.ID
			}
			all = append(all, Dead{Occurrence: j.Occurrence, Error: t.LastErr, Failed: t.LastFailedAt, Tries: t.Retried + 1, task: t.ID})
		}
		if len(tasks) < 500 {
			return all, nil
		}
	}
}

// Retry puts dead letters back into the queue, all or those that are named, however old they are. It tells how many.
func (s *Service) Retry(ctx context.Context, occurrences ...string) (int, error) {
	dead, err := s.Failed()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, d := range dead {
		if len(occurrences) > 0 && !slices.Contains(occurrences, d.Occurrence) {
			continue
		}
		if err := s.o.Store.ForceOccurrence(ctx, d.Occurrence); err != nil {
			return n, err
		}
		if err := s.tasks.RunTask(queueName, d.task); err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
			return n, fmt.Errorf("retry %s: %w", d.Occurrence, err)
		}
		n++
	}
	return n, nil
}

// weekMark ends the id of a week's digest.
const weekMark = "w"

// occurrenceID names an occurrence.
func occurrenceID(subscription, day string) string { return subscription + "@" + day }

// splitOccurrence gives an occurrence's subscription and day, and whether it is a week's digest; false where it is no such id.
func splitOccurrence(id string) (subscription, day string, week, ok bool) {
	subscription, day, ok = strings.Cut(id, "@")
	day, week = strings.CutSuffix(day, weekMark)
	_, err := time.Parse(time.DateOnly, day)
	return subscription, day, week, ok && subscription != "" && err == nil
}
