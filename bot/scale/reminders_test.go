package scale

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/store"
)

// A process that sends reminders is this test's own binary: it posts to the test, and its clock shows what the test says.
const (
	childRedis = "COBIJO_SCALE_REDIS"
	childURL   = "COBIJO_SCALE_URL"
	childNow   = "COBIJO_SCALE_NOW"
)

func TestMain(m *testing.M) {
	if os.Getenv(childRedis) == "" {
		os.Exit(m.Run())
	}
	if err := sendReminders(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sendReminders() error {
	rdb, err := store.Connect(os.Getenv(childRedis))
	if err != nil {
		return err
	}
	start, err := time.Parse(time.RFC3339, os.Getenv(childNow))
	if err != nil {
		return err
	}
	ahead := time.Until(start)
	s, err := reminding(rdb, &poster{url: os.Getenv(childURL), client: http.DefaultClient}, func() time.Time { return time.Now().Add(ahead) })
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return s.Run(ctx)
}

// reminding makes a service that sends reminders. A claim ends soon, so that what a killed process held is taken up soon.
func reminding(rdb redis.UniversalClient, p reminders.Poster, now func() time.Time) (*reminders.Service, error) {
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}, Now: now})
	if err != nil {
		return nil, err
	}
	statement, err := text()
	if err != nil {
		return nil, err
	}
	return reminders.New(reminders.Options{
		Redis: rdb, Store: st, Book: progress.NewBook(st, now), Statement: statement, Poster: p, Now: now,
		Log:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Timing: reminders.Timing{Post: 3 * time.Second, Lease: 10 * time.Second},
	}), nil
}

// dueAt is when the reminders are due: a Wednesday, within working hours.
func dueAt() time.Time { return time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC) }

// subscribe makes n subscriptions, each to some commitments in a channel of its own, before they are due. It gives their occurrences.
func subscribe(t testing.TB, rdb redis.UniversalClient, n int) []string {
	t.Helper()
	return subscribeFrom(t.Context(), t, rdb, 0, n)
}

// subscribeFrom numbers them from first on. Redis may be away for a while.
func subscribeFrom(ctx context.Context, t testing.TB, rdb redis.UniversalClient, first, n int) []string {
	t.Helper()
	s, err := reminding(rdb, nil, func() time.Time { return dueAt().Add(-time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	all := ids(t)
	occurrences := make([]string, n)
	numbers := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range numbers {
				sub := reminders.Subscription{
					ID: fmt.Sprintf("sub-%d", i), Team: "T1", Channel: fmt.Sprintf("C%d", i), Commitments: []string{all[i%len(all)], all[(i+7)%len(all)]},
					Rhythm: reminders.Rhythm{Preset: reminders.Weekly, Weekday: "wed"}, Hour: 9, Zone: "America/Mexico_City", Lang: "es", First: "2026-11-01",
					Answerers: []string{"U1"}, Owner: progress.Person{ID: "U2"},
				}
				for end := time.Now().Add(longest); ; time.Sleep(100 * time.Millisecond) {
					_, err := s.Save(ctx, sub)
					if err == nil {
						break
					}
					if time.Now().After(end) {
						t.Errorf("subscribe: %v", err)
						break
					}
				}
				occurrences[i-first] = sub.ID + "@2026-11-25"
			}
		})
	}
	for i := range n {
		numbers <- first + i
	}
	close(numbers)
	wg.Wait()
	return occurrences
}

// channels are the channels to which reminders are posted: they keep what was posted, by the occurrence's id, as Slack keeps it in
// a message's metadata.
type channels struct {
	*httptest.Server

	mu    sync.Mutex
	posts map[string]int
	n     int
}

func newChannels(t testing.TB) *channels {
	c := &channels{posts: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /post", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.posts[r.URL.Query().Get("occurrence")]++
		c.n++
		ts := strconv.Itoa(c.n)
		c.mu.Unlock()
		time.Sleep(20 * time.Millisecond) // in which the process may die
		_ = json.NewEncoder(w).Encode(ts)
	})
	mux.HandleFunc("GET /find", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		n := c.posts[r.URL.Query().Get("occurrence")]
		c.mu.Unlock()
		ts := ""
		if n > 0 {
			ts = "1"
		}
		_ = json.NewEncoder(w).Encode(ts)
	})
	mux.HandleFunc("POST /other", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `""`) })
	c.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		c.CloseClientConnections()
		c.Close()
	})
	return c
}

// posted is how many posts there were.
func (c *channels) posted() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// count gives how many of the occurrences were not posted, and how many more than once.
func (c *channels) count(occurrences []string) (lost, twice int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range occurrences {
		switch n := c.posts[o]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	return lost, twice
}

// poster posts to channels.
type poster struct {
	url    string
	client *http.Client
}

func (p *poster) call(ctx context.Context, method, path string) (ts string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(nil))
	if err != nil {
		return "", err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return "", &outbox.SendError{Kind: outbox.Unavailable, Cause: errors.New("no answer")}
	}
	defer res.Body.Close()
	return ts, json.NewDecoder(res.Body).Decode(&ts)
}

func (p *poster) Post(ctx context.Context, d reminders.Digest) (reminders.Posted, error) {
	ts, err := p.call(ctx, http.MethodPost, "/post?occurrence="+url.QueryEscape(d.Occurrence))
	return reminders.Posted{Team: d.Subscription.Team, Channel: d.Subscription.Channel, TS: ts}, err
}

func (p *poster) Find(ctx context.Context, team, channel, occurrence string, _ time.Time) (reminders.Posted, bool, error) {
	ts, err := p.call(ctx, http.MethodGet, "/find?occurrence="+url.QueryEscape(occurrence))
	return reminders.Posted{Team: team, Channel: channel, TS: ts}, ts != "", err
}

func (p *poster) Update(ctx context.Context, _ reminders.Posted, _ reminders.Digest) error {
	_, err := p.call(ctx, http.MethodPost, "/other")
	return err
}

func (p *poster) Thread(ctx context.Context, _ reminders.Posted, _ reminders.Note) error {
	_, err := p.call(ctx, http.MethodPost, "/other")
	return err
}

func (p *poster) Tell(ctx context.Context, _, _ string, _ reminders.Notice) error {
	_, err := p.call(ctx, http.MethodPost, "/other")
	return err
}

// sender is a process that sends reminders.
type sender struct {
	cmd  *exec.Cmd
	logs logs
	once sync.Once
}

func newSender(t testing.TB, redis, channels string) *sender {
	t.Helper()
	s := &sender{cmd: exec.Command(os.Args[0], "-test.run", "^$")}
	s.cmd.Env = append(os.Environ(), childRedis+"="+redis, childURL+"="+channels, childNow+"="+dueAt().Format(time.RFC3339))
	s.cmd.Stderr = &s.logs
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

func (s *sender) kill() {
	s.once.Do(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
}

// reminderQueue is where the task queue keeps what it does: all of it is in one slot of the cluster.
const reminderQueue = "asynq:{reminders}"

// ageLeases lets the task queue know at once, and not after a minute, that a process is no more that held tasks.
func ageLeases(ctx context.Context, rdb redis.UniversalClient) {
	held, err := rdb.ZRange(ctx, reminderQueue+":lease", 0, -1).Result()
	if err != nil {
		return
	}
	for _, id := range held {
		rdb.ZAddXX(ctx, reminderQueue+":lease", redis.Z{Score: float64(time.Now().Add(-2 * time.Minute).Unix()), Member: id})
	}
}
