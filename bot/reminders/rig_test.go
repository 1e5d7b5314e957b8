package reminders

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"cobijo/bot/progress"
	"cobijo/bot/store"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// server is a real redis-server on a socket of its own.
type server struct {
	t      testing.TB
	path   string
	dir    string
	socket string
	url    string
	cmd    *exec.Cmd
	aof    bool
}

func redisServer(t testing.TB, aof bool) *server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no Redis to test against: %v", err)
		}
		t.Skipf("NOT TESTED AGAINST A REAL REDIS: %v", err)
	}
	dir, err := os.MkdirTemp("", "redis") // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, path: path, dir: dir, socket: filepath.Join(dir, "s"), aof: aof}
	s.url = "unix://" + s.socket
	t.Cleanup(func() {
		s.kill()
		_ = os.RemoveAll(dir)
	})
	s.start()
	return s
}

func (s *server) start() {
	s.t.Helper()
	aof := "no"
	if s.aof {
		aof = "yes"
	}
	s.cmd = exec.Command(s.path, "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", aof, "--appendfsync", "everysec", "--dir", s.dir)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	rdb, err := store.Connect(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rdb.Close()
	eventually(s.t, time.Minute, "redis-server answers", func() bool { return rdb.Ping(context.Background()).Err() == nil })
}

func (s *server) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

func (s *server) client() redis.UniversalClient {
	s.t.Helper()
	rdb, err := store.Connect(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func embedded(t testing.TB) redis.UniversalClient {
	t.Helper()
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	return rdb
}

func eventually(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within %v: %s", within, what)
}

var secret = []byte("a secret of 32 bytes for testing")

var readStatement = sync.OnceValues(func() (*statement.Statement, error) {
	s, faults := statement.Load(seeds.FS)
	return s, faults.Err()
})

// fastTiming lets a test see in seconds what takes minutes.
func fastTiming() Timing {
	t := lossyTiming()
	t.Post, t.Lease = 10*time.Second, 40*time.Second
	return t
}

// lossyTiming is for tests that have answers, processes or the server go missing: they are not waited for long. On a slow machine
// more of them seem to go missing, which must do no harm.
func lossyTiming() Timing {
	return Timing{Plan: 20 * time.Millisecond, Window: 20 * time.Millisecond, Post: 400 * time.Millisecond, Lease: 1300 * time.Millisecond,
		Every: 20 * time.Millisecond, Workers: 8, First: 20 * time.Millisecond}
}

// clock is a test's clock: it goes as the real one does, from another time.
type clock struct {
	offset atomic.Int64
	frozen atomic.Pointer[time.Time]
}

func clockAt(t time.Time) *clock {
	c := &clock{}
	c.set(t)
	return c
}

func (c *clock) set(t time.Time)    { c.offset.Store(int64(time.Until(t))) }
func (c *clock) freeze(t time.Time) { c.frozen.Store(&t) }
func (c *clock) now() time.Time {
	if t := c.frozen.Load(); t != nil {
		return *t
	}
	return time.Now().Add(time.Duration(c.offset.Load()))
}

// rig is a service with its channel.
type rig struct {
	*Service
	channel *channelServer
	clock   *clock
	store   *store.Store

	mu       sync.Mutex
	outcomes map[Outcome]int
}

func newService(t testing.TB, rdb redis.UniversalClient, poster Poster, now func() time.Time, timing Timing, observer Observer) *Service {
	t.Helper()
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{secret}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	text, err := readStatement()
	if err != nil {
		t.Fatal(err)
	}
	holidays, faults := LoadHolidays(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("COBIJO_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return New(Options{
		Redis: rdb, Store: st, Book: progress.NewBook(st, now), Statement: text, Holidays: holidays, Poster: poster, Members: members{}, Log: log,
		Now: now, Timing: timing, Observer: observer,
	})
}

func newRig(t testing.TB, rdb redis.UniversalClient, at time.Time) *rig {
	t.Helper()
	return newRigWith(t, rdb, at, fastTiming())
}

func newRigWith(t testing.TB, rdb redis.UniversalClient, at time.Time, timing Timing) *rig {
	t.Helper()
	r := &rig{channel: newChannelServer(t), clock: clockAt(at), outcomes: map[Outcome]int{}}
	r.Service = newService(t, rdb, newPoster(r.channel.URL), r.clock.now, timing, r)
	r.store = r.o.Store
	return r
}

// Reminder counts an outcome.
func (r *rig) Reminder(outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes[Outcome(outcome)]++
}

// ReminderLag is of no interest.
func (r *rig) ReminderLag(time.Duration) {}

func (r *rig) count(o Outcome) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcomes[o]
}

// run runs a service until the test, or stop, ends it.
func run(t testing.TB, s *Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// members lets users act whose id begins with UM.
type members struct{}

func (members) Member(_ context.Context, _, _, user string) (bool, error) {
	return len(user) > 1 && user[:2] == "UM", nil
}

// zone of the tests' subscriptions, and the Wednesday morning on which they are due.
const testZone = "America/Mexico_City"

func nine(t testing.TB) time.Time {
	t.Helper()
	zone, err := time.LoadLocation(testZone)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, time.November, 25, 9, 0, 0, 0, zone)
}

func weekly(id, channel string) Subscription {
	return Subscription{
		ID: id, Team: "T1", Channel: channel, Commitments: []string{"mx-01", "mx-02"}, Rhythm: Rhythm{Preset: Weekly, Weekday: "wed"}, Hour: 9,
		Zone: testZone, Lang: "es", First: "2026-11-01", Answerers: []string{"UM1"}, Owner: progress.Person{ID: "UOWNER"},
		Unanswered: Unanswered{Group: "SGROUP"},
	}
}

func save(t testing.TB, s *Service, sub Subscription) Subscription {
	t.Helper()
	sub, err := s.Save(context.Background(), sub)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// dueAt saves n subscriptions, each with a channel of its own, a minute before they are due.
func dueAt(t testing.TB, r *rig, name string, n int) (occurrences []string) {
	t.Helper()
	before := r.clock.now()
	r.clock.set(nine(t).Add(-time.Minute))
	for i := range n {
		sub := save(t, r.Service, weekly(fmt.Sprintf("%s-%d", name, i), fmt.Sprintf("C%s%d", "X", i)))
		occurrences = append(occurrences, sub.ID+"@2026-11-25")
	}
	r.clock.set(before)
	return occurrences
}

// once fails unless each occurrence was posted exactly once.
func once(t testing.TB, c *channelServer, occurrences []string) {
	t.Helper()
	posted := c.posted()
	lost, doubled := 0, 0
	for _, o := range occurrences {
		switch n := posted[o]; {
		case n == 0:
			lost++
		case n > 1:
			doubled++
			t.Errorf("%s was posted %d times", o, n)
		}
		delete(posted, o)
	}
	if lost > 0 || doubled > 0 || len(posted) > 0 {
		t.Errorf("of %d occurrences %d are lost, %d doubled; besides: %v", len(occurrences), lost, doubled, posted)
	}
}

// recorded tells whether all occurrences are recorded as sent.
func recorded(_ testing.TB, st *store.Store, occurrences []string) func() bool {
	return func() bool {
		for _, o := range occurrences {
			got, err := st.Occurrence(context.Background(), o)
			if err != nil || got.State != "sent" {
				return false
			}
		}
		return true
	}
}

func newTask(kind string, payload []byte) *asynq.Task { return asynq.NewTask(kind, payload) }
