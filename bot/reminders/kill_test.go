package reminders

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/store"
)

// The child of the test of killed processes is this test's own binary.
const (
	childRedis = "COBIJO_REMINDERS_CHILD_REDIS"
	childURL   = "COBIJO_REMINDERS_CHILD_URL"
	childNow   = "COBIJO_REMINDERS_CHILD_NOW"  // what its clock shows at first, RFC 3339
	childKill  = "COBIJO_REMINDERS_CHILD_KILL" // at which point it dies; 0 for never
	childPosts = "COBIJO_REMINDERS_CHILD_POST" // or at which point of its posts
)

func TestMain(m *testing.M) {
	if os.Getenv(childRedis) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

// long tells whether the long variants are asked for.
func long() bool { return os.Getenv("COBIJO_LONG") == "1" }

// deadly kills its own process, as kill -9 does, at one of the points that it passes.
type deadly struct {
	passed atomic.Int64
	at     int64
}

func (d *deadly) point(where string) {
	if d.at > 0 && d.passed.Add(1) == d.at {
		fmt.Println("killed at", where)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (d *deadly) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (d *deadly) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		d.point("before " + cmd.Name())
		err := next(ctx, cmd)
		d.point("after " + cmd.Name())
		return err
	}
}

func (d *deadly) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		d.point("before pipeline")
		err := next(ctx, cmds)
		d.point("after pipeline")
		return err
	}
}

// deadlyPoster dies before and after posts.
type deadlyPoster struct {
	Poster
	d *deadly
}

func (p deadlyPoster) Post(ctx context.Context, d Digest) (Posted, error) {
	p.d.point("before post")
	at, err := p.Poster.Post(ctx, d)
	p.d.point("after post")
	return at, err
}

func (p deadlyPoster) Find(ctx context.Context, team, channel, occurrence string, since time.Time) (Posted, bool, error) {
	p.d.point("before find")
	at, found, err := p.Poster.Find(ctx, team, channel, occurrence, since)
	p.d.point("after find")
	return at, found, err
}

func child() {
	number := func(name string) int64 { n, _ := strconv.ParseInt(os.Getenv(name), 10, 64); return n }
	rdb, err := store.Connect(os.Getenv(childRedis))
	if err != nil {
		panic(err)
	}
	rdb.AddHook(&deadly{at: number(childKill)})
	start, err := time.Parse(time.RFC3339, os.Getenv(childNow))
	if err != nil {
		panic(err)
	}
	poster := deadlyPoster{newPoster(os.Getenv(childURL)), &deadly{at: number(childPosts)}}
	s := newService(&testing.T{}, rdb, poster, clockAt(start).now, lossyTiming(), nil)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := s.Run(ctx); err != nil {
		panic(err)
	}
}

// agedLeases lets the task queue know at once, and not after a minute, that who held its tasks is no more.
func agedLeases(t *testing.T, rdb redis.UniversalClient) {
	t.Helper()
	key := "asynq:{" + queueName + "}:lease"
	ids, err := rdb.ZRange(t.Context(), key, 0, -1).Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		rdb.ZAdd(t.Context(), key, redis.Z{Score: float64(time.Now().Add(-2 * time.Minute).Unix()), Member: id})
	}
}

// TestKilled kills a process at random points between planning and recording, and has the next go on: nothing is lost and nothing
// is posted twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	rounds := 12
	if long() {
		rounds = 200
	}
	server := redisServer(t, false)
	rdb := server.client()
	r := newRigWith(t, rdb, nine(t), lossyTiming())
	r.channel.slow = 3 * time.Millisecond
	var occurrences []string
	where := map[string]int{}
	deaths := 0
	for round := range rounds {
		occurrences = append(occurrences, dueAt(t, r, fmt.Sprintf("k%d", round), 3)...)
		agedLeases(t, rdb)
		kill, post := 0, 0
		if round%2 == 0 {
			kill = 1 + rand.IntN(300)
		} else {
			post = 1 + rand.IntN(6)
		}
		cmd := exec.Command(os.Args[0], "-test.run", "^$")
		cmd.Env = append(os.Environ(), childRedis+"="+server.url, childURL+"="+r.channel.URL, childNow+"="+nine(t).Format(time.RFC3339),
			childKill+"="+strconv.Itoa(kill), childPosts+"="+strconv.Itoa(post))
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		dead := make(chan struct{})
		go func() {
			_ = cmd.Wait()
			close(dead)
		}()
		select {
		case <-dead: // by itself
		case <-time.After(4 * time.Second): // it had too little to do to get there
			_ = cmd.Process.Kill()
			<-dead
		}
		if _, at, ok := strings.Cut(out.String(), "killed at "); ok {
			where[strings.TrimSpace(at)]++
			deaths++
		}
	}
	agedLeases(t, rdb)
	run(t, r.Service)
	eventually(t, 2*time.Minute, "all are recorded", recorded(t, r.store, occurrences))
	once(t, r.channel, occurrences)
	if deaths == 0 {
		t.Error("no process died at a point of its own")
	}
	t.Logf("%d occurrences over %d killed processes, %d of them at a point within: %v", len(occurrences), rounds, deaths, where)
}
