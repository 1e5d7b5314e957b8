package reminders

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"cobijo/bot/progress"
	"cobijo/bot/store"
	"cobijo/knowledge/statement"
)

// Options are what a service is made of.
type Options struct {
	Redis     redis.UniversalClient // the one of Store: the task queue's
	Store     *store.Store
	Book      *progress.Book
	Statement *statement.Statement
	Holidays  *Holidays // nil: weekends alone
	Poster    Poster    // nil where nothing is posted: the operator's commands
	Members   Members   // nil where nobody acts
	Log       *slog.Logger
	Now       func() time.Time // time.Now where nil
	Observer  Observer         // may be nil
	Timing    Timing
}

// Observer is told what becomes of reminders. It is called by several goroutines at once.
type Observer interface {
	// Reminder is told what became of an occurrence at one stage: one of the Outcomes.
	Reminder(outcome string)
	// ReminderLag is told how long after it was to be posted an occurrence was.
	ReminderLag(lag time.Duration)
}

// Timing is how often and how long; the zero value is what serves.
type Timing struct {
	Plan    time.Duration // between two looks at what is due; 1 s
	Window  time.Duration // what is due within it is planned; 5 s
	Post    time.Duration // how long a call of the Poster may take; 10 s
	Lease   time.Duration // how long a claim holds: at least three times Post; 40 s
	Every   time.Duration // between two messages in a channel; 1 s
	Workers int           // how many occurrences are sent at the same time; 16
	First   time.Duration // before what failed is tried again, doubled each time; 2 s
}

func (t Timing) filled() Timing {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Plan, time.Second)
	set(&t.Window, 5*time.Second)
	set(&t.Post, 10*time.Second)
	set(&t.Lease, 4*t.Post)
	set(&t.Every, time.Second)
	set(&t.First, 2*time.Second)
	if t.Workers <= 0 {
		t.Workers = 16
	}
	return t
}

// Service plans and sends reminders and carries out what people do with them. It is safe for concurrent use; replicas share
// nothing but Redis.
type Service struct {
	o     Options
	queue *asynq.Client
	tasks *asynq.Inspector
}

// New makes a service.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Timing = o.Timing.filled()
	return &Service{o: o, queue: asynq.NewClientFromRedisClient(o.Redis), tasks: asynq.NewInspectorFromRedisClient(o.Redis)}
}

// lookEvery is how often the queue is looked at when it is empty, and for what waited. A channel's turns are a second apart.
const lookEvery = 250 * time.Millisecond

// endTime is how long what is being sent may take when the service ends; what takes longer is sent by another replica, or later.
const endTime = 8 * time.Second

// Run plans and sends until the context ends. Redis may be away in between.
func (s *Service) Run(ctx context.Context) error {
	t := s.o.Timing
	server := asynq.NewServerFromRedisClient(s.o.Redis, asynq.Config{
		Concurrency: t.Workers,
		Queues:      map[string]int{queueName: 1},
		BaseContext: func() context.Context { return context.WithoutCancel(ctx) },

		RetryDelayFunc:           s.retryDelay,
		IsFailure:                failed,
		Logger:                   queueLog{s.o.Log},
		LogLevel:                 asynq.WarnLevel,
		ShutdownTimeout:          endTime,
		TaskCheckInterval:        min(t.Plan, lookEvery),
		DelayedTaskCheckInterval: min(t.Plan, lookEvery),
	})
	if err := server.Start(asynq.HandlerFunc(s.handle)); err != nil {
		return fmt.Errorf("start task queue: %w", err)
	}
	defer server.Shutdown()
	tick := time.NewTicker(t.Plan)
	defer tick.Stop()
	for {
		s.plan(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// outcome logs and counts what became of an occurrence.
func (s *Service) outcome(ctx context.Context, occurrence string, o Outcome, attrs ...slog.Attr) {
	if s.o.Observer != nil {
		s.o.Observer.Reminder(string(o))
	}
	s.o.Log.LogAttrs(ctx, level(o), "reminder", append([]slog.Attr{slog.String("occurrence", occurrence), slog.String("outcome", string(o))}, attrs...)...)
}

func level(o Outcome) slog.Level {
	switch o {
	case OutcomeSelfPaused, OutcomeDead, OutcomeSkipped:
		return slog.LevelWarn
	case OutcomePaced, OutcomeBusy, OutcomeRepeat, OutcomeClaimed, OutcomeDue:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// queueLog is the task queue's log. Its lines name tasks by their ids, which are those of occurrences, and no payload.
type queueLog struct{ log *slog.Logger }

func (q queueLog) Debug(args ...any) { q.log.Debug("task queue", "says", fmt.Sprint(args...)) }
func (q queueLog) Info(args ...any)  { q.log.Info("task queue", "says", fmt.Sprint(args...)) }
func (q queueLog) Warn(args ...any)  { q.log.Warn("task queue", "says", fmt.Sprint(args...)) }
func (q queueLog) Error(args ...any) { q.log.Error("task queue", "says", fmt.Sprint(args...)) }

// Fatal is an error like others: no library ends this program.
func (q queueLog) Fatal(args ...any) { q.log.Error("task queue", "says", fmt.Sprint(args...)) }
