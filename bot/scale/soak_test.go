package scale

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/faketelegram"
)

// weather is how the Bot API behaves: well, or badly for a while.
type weather struct {
	bad         atomic.Bool
	faults      atomic.Int64
	slackFaults atomic.Int64
}

// fault is asked at each call. What fails is what brings messages: the looks for one that may have been sent must tell what there is.
func (w *weather) fault(method string, _ map[string]any) *faketelegram.Fault {
	if !w.bad.Load() || method != "sendMessage" {
		return nil
	}
	var f *faketelegram.Fault
	switch n := rand.IntN(1000); {
	case n < 60:
		f = &faketelegram.Fault{Code: 429, RetryAfter: 1}
	case n < 120:
		f = &faketelegram.Fault{Code: 500}
	case n < 160:
		f = &faketelegram.Fault{Code: 502, Done: true} // it was sent all the same
	case n < 200:
		f = &faketelegram.Fault{Cut: true, Done: true}
	case n < 300:
		return &faketelegram.Fault{Delay: 300 * time.Millisecond}
	case n < 303:
		f = &faketelegram.Fault{Delay: 10 * time.Second, Code: 504} // longer than a delivery may take
	default:
		return nil
	}
	w.faults.Add(1)
	return f
}

// bench is a soak: who talks, what fails, and what is counted.
type bench struct {
	t        *testing.T
	redis    *server
	rdb      *redis.Client
	replicas []*replica // the last is never killed: what it gathers is seen
	stage    *stage
	weather  weather
	slack    *workspace
	posts    *channels     // where reminders are posted
	reminded *redis.Client // what the senders of reminders share
	senders  []*sender

	lines, pages, talked atomic.Int64
	restarts, kills      atomic.Int64

	mu    sync.Mutex
	wrong []string
	chats map[*faketelegram.Chat]*talk
	due   []string
}

func (b *bench) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

// metric reads one of a replica's metrics; -1 where there is none.
func metric(r *replica, name string) float64 {
	res, err := http.Get("http://" + r.addr + "/metrics")
	if err != nil {
		return -1
	}
	defer res.Body.Close()
	all, _ := io.ReadAll(res.Body)
	for line := range strings.Lines(string(all)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err == nil {
				return n
			}
		}
	}
	return -1
}

// How many goroutines more there may be in the end: two for each connection to an API that is kept open for the next call, of which
// there are as many as people talk at the same time. What leaks, leaks with each talk, and there are thousands.
const (
	few   = 8  // is not waited for
	spare = 40 // 20 connections
)

// calmTime is how long those connections may take to be closed. All are after 90 seconds.
const calmTime = 15 * time.Second

// calm waits until nothing is under way and gives how many goroutines a replica has then: no more than most, or what there are after
// calmTime.
func (b *bench) calm(r *replica, most float64) (n float64) {
	for end := time.Now().Add(calmTime); time.Now().Before(end); time.Sleep(time.Second) {
		b.stage.front.client.CloseIdleConnections()
		if n = metric(r, "go_goroutines"); n >= 0 && n <= most {
			break
		}
	}
	return n
}

// remindersDB is a part of the Redis server by itself: the replicas serve Slack too, and would take reminders that are due at another
// time's clock for theirs.
const remindersDB = "/1"

// people talk until the context ends, by Telegram and by the web; a talk that is begun is ended.
func (b *bench) people(ctx context.Context, all []*talk, telegram, web int) *sync.WaitGroup {
	wg := &sync.WaitGroup{}
	for i := range telegram + web {
		wg.Go(func() {
			for n := i; ctx.Err() == nil; n += telegram + web {
				one := all[n%len(all)]
				if i >= telegram {
					said, wrong := newVisitor(b.stage.front, <-b.stage.ids).play(one)
					b.pages.Add(int64(said))
					if wrong != "" {
						b.fault("web, %s: %s", one.name, wrong)
					}
				} else {
					c := b.stage.api.Person(<-b.stage.ids, one.lang)
					said, wrong := b.stage.play(one, c, true)
					b.lines.Add(int64(said))
					if wrong != "" {
						b.fault("Telegram, %s: %s", one.name, wrong)
					} else {
						b.mu.Lock()
						b.chats[c] = one
						b.mu.Unlock()
					}
				}
				b.talked.Add(1)
			}
		})
	}
	return wg
}

// remind makes subscriptions that are due at once, a few each time, until the context ends.
func (b *bench) remind(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n += 5 {
		made := subscribeFrom(context.WithoutCancel(ctx), b.t, b.reminded, n, 5)
		b.mu.Lock()
		b.due = append(b.due, made...)
		b.mu.Unlock()
		pause(ctx, time.Second)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// trouble lets one thing after another fail until the context ends, and leaves all running.
func (b *bench) trouble(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		pause(ctx, time.Duration(1500+rand.IntN(3000))*time.Millisecond)
		if ctx.Err() != nil {
			return
		}
		switch n % 5 {
		case 0:
			b.weather.bad.Store(true)
			pause(ctx, 4*time.Second)
			b.weather.bad.Store(false)
		case 1, 3:
			r := b.replicas[rand.IntN(len(b.replicas)-1)]
			r.kill()
			b.kills.Add(1)
			pause(ctx, time.Duration(rand.IntN(1500))*time.Millisecond)
			r.start()
		case 2:
			if rand.IntN(2) == 0 {
				b.redis.kill()
			} else {
				b.redis.stop()
			}
			b.restarts.Add(1)
			pause(ctx, time.Duration(rand.IntN(2000))*time.Millisecond)
			b.redis.start()
		case 4:
			i := rand.IntN(len(b.senders))
			b.senders[i].kill()
			ageLeases(context.WithoutCancel(ctx), b.reminded)
			b.senders[i] = newSender(b.t, b.redis.url()+remindersDB, b.posts.URL)
			b.kills.Add(1)
		}
	}
}

// lasting are the keys that need no expiry: what staff keep, and the task queue's own lists.
func lasting(key string) bool {
	for _, prefix := range []string{"cobijo:{reminders}", "cobijo:{progress", "cobijo:{milestones}", "asynq:"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return strings.HasPrefix(key, "cobijo:{rem:") && strings.HasSuffix(key, ":standing")
}

// keys counts all keys by what they are for, and finds those that would stay for ever.
func (b *bench) keys() (kinds map[string]int, forever []string, left int) {
	kinds = map[string]int{}
	ctx := context.Background()
	for _, rdb := range []*redis.Client{b.rdb, b.reminded} {
		scan := rdb.Scan(ctx, 0, "*", 1000).Iterator()
		for scan.Next(ctx) {
			key := scan.Val()
			kind := kindOfKey(key)
			kinds[kind]++
			if kind == "o" || kind == "turn" {
				left++
			}
			if d, err := rdb.PTTL(ctx, key).Result(); err == nil && d == -1 && !lasting(key) {
				forever = append(forever, key)
			}
		}
		if err := scan.Err(); err != nil {
			b.t.Error(err)
		}
	}
	return kinds, forever, left
}

// TestSoak lets people talk to three replicas for a time, by Telegram and by the web, as the recorded transcripts do, while reminders
// are due, and Redis, the replicas, the senders of reminders and the Bot API fail in turn. Each chat must show after each line what it
// shows where nothing fails. Set COBIJO_SOAK to how long.
func TestSoak(t *testing.T) {
	d := seconds(t, "COBIJO_SOAK")
	if d == 0 {
		t.Skip("takes as long as it is told to: make soak SOAK=1m")
	}
	binary, all := build(t), ports(t, 4)
	// Everything that was acknowledged is on disk: a server that is killed forgets nothing.
	b := &bench{t: t, redis: newServer(t, all[0], "--appendonly", "yes", "--appendfsync", "always"), posts: newChannels(t), chats: map[*faketelegram.Chat]*talk{}}
	b.rdb = redis.NewClient(&redis.Options{Addr: b.redis.addr()})
	defer b.rdb.Close()
	b.reminded = redis.NewClient(&redis.Options{Addr: b.redis.addr(), DB: 1})
	defer b.reminded.Close()
	workspace, slackEnv := newWorkspace(t, &b.weather)
	b.slack = workspace
	api := faketelegram.New()
	defer api.Close()
	api.Faults = b.weather.fault
	env := append(slackEnv, "TELEGRAM_TOKEN="+api.Token, "TELEGRAM_API_URL="+api.URL(), "COBIJO_BEHIND_PROXY=true")
	for _, port := range all[1:] {
		b.replicas = append(b.replicas, newReplica(t, binary, port, b.redis.url(), env...))
	}
	b.stage = newStage(t, api, newFront(b.replicas))
	b.slack.serve(b.stage.front)
	for range 2 {
		b.senders = append(b.senders, newSender(t, b.redis.url()+remindersDB, b.posts.URL))
	}
	scripts := talks(t)
	for i, one := range scripts {
		b.stage.record(one)
		if err := newVisitor(b.stage.front, int64(i)).record(one); err != nil {
			t.Fatalf("web, %s: %v", one.name, err)
		}
	}
	for _, one := range b.slack.all {
		b.slack.record(one)
	}
	veteran := b.replicas[len(b.replicas)-1]
	time.Sleep(2 * time.Second)
	base := b.calm(veteran, 1000)

	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	began := time.Now()
	talking := b.people(ctx, scripts, 12, 4)
	asking := b.slack.people(ctx, 3, b.fault)
	var others sync.WaitGroup
	others.Go(func() { b.remind(ctx) })
	others.Go(func() { b.trouble(ctx) })
	var samples []int64
	for ctx.Err() == nil {
		pause(ctx, time.Second)
		samples = append(samples, memory(veteran.pid()))
	}
	others.Wait()
	b.weather.bad.Store(false)
	talking.Wait()
	asking.Wait()
	b.stage.front.repeats.Wait()
	ran := time.Since(began)
	b.settle()
	settled := time.Since(began) - ran

	t.Logf("%v: %d talks, %d lines by Telegram (%d repeats), %d by the web; %d reminders", ran.Round(time.Second), b.talked.Load(), b.lines.Load(), b.stage.front.again.Load(), b.pages.Load(), len(b.due))
	t.Logf("faults: Redis restarted %d times, %d processes killed, %d calls of the Bot API failed; %d deliveries came again, %d looks for a message that may have been sent",
		b.restarts.Load(), b.kills.Load(), b.weather.faults.Load(), b.stage.front.refused.Load(), len(api.Calls("editMessageText")))
	t.Logf("Slack: %d queries of several steps, %d steps answered (%d events came again beside), %d requests were not acknowledged, %d calls of its API failed; "+
		"%d answers lost with a process that was killed after it had acknowledged, %d mentions answered twice to one person alone",
		b.slack.queried.Load(), b.slack.asked.Load(), b.slack.again.Load(), b.slack.refused.Load(), b.weather.slackFaults.Load(), b.slack.cut.Load(), b.slack.seenTwice.Load())
	now := b.calm(veteran, base+few)
	t.Logf("nothing was left to do after %v more; calm after %v", settled.Round(time.Second), (time.Since(began) - ran - settled).Round(time.Second))
	b.judge(base, now, samples)
	for _, problem := range api.Problems() {
		t.Errorf("no Bot API takes this: %s", problem)
	}
	for _, problem := range b.slack.api.Problems() {
		t.Errorf("no Slack takes this: %s", problem)
	}
	if t.Failed() {
		for i, r := range b.replicas {
			t.Logf("replica %d logged at the end:\n%s", i, r.logs.tail(15))
		}
	}
}

// settle waits until what was put off is said, and what killed senders held is posted.
func (b *bench) settle() {
	for end := time.Now().Add(3 * longest); time.Now().Before(end); time.Sleep(time.Second) {
		_, _, left := b.keys()
		lost, _ := b.posts.count(b.due)
		if left == 0 && lost == 0 && b.remains() == 0 {
			break
		}
		ageLeases(context.Background(), b.reminded)
	}
	time.Sleep(4 * time.Second) // repeats and what would be said twice
}

// remains counts the messages that stand though whoever they were said to had all forgotten.
func (b *bench) remains() (n int) {
	for c, one := range b.chats {
		n += one.remains(b.stage.shown(c))
	}
	return n
}

// judge looks at what must hold in the end.
func (b *bench) judge(base, now float64, samples []int64) {
	t := b.t
	changed, remains := b.slack.changed(), b.remains()
	for c, one := range b.chats {
		if !b.stage.final(one, c) {
			changed++
		}
	}
	lost, twice := b.posts.count(b.due)
	t.Logf("%d chats were answered otherwise than where nothing fails, %d changed after their end; %d messages stand that were to be deleted; %d reminders lost, %d posted twice", len(b.wrong), changed, remains, lost, twice)
	if len(b.wrong)+changed+remains+lost+twice > 0 || b.posts.posted() != len(b.due) {
		t.Errorf("wrong: %s", strings.Join(b.wrong[:min(len(b.wrong), 20)], "\n"))
	}
	kinds, forever, left := b.keys()
	var list []string
	for kind, n := range kinds {
		list = append(list, fmt.Sprintf("%s %d", kind, n))
	}
	t.Logf("Redis: %s", strings.Join(list, ", "))
	if len(forever) > 0 {
		t.Errorf("%d keys would stay for ever: %q", len(forever), forever[:min(len(forever), 10)])
	}
	if left > 0 {
		t.Errorf("%d outboxes or turns are left", left)
	}
	t.Logf("the replica that was never killed: %.0f goroutines before, %.0f after", base, now)
	if base < 0 || now < 0 || now > base+spare {
		t.Errorf("goroutines: %.0f before, %.0f after", base, now)
	}
	if len(samples) < 3 {
		return
	}
	// What the start took is given back by then.
	third, last, most := samples[len(samples)/3], samples[len(samples)-1], int64(0)
	for _, m := range samples[len(samples)/3:] {
		most = max(most, m)
	}
	t.Logf("its memory: %d MB after a third of the time, %d MB at the end, %d MB at most in between", third>>20, last>>20, most>>20)
	if most > 300<<20 || last > third*3/2+20<<20 {
		t.Errorf("memory grows: %d MB after a third of the time, %d MB at the end", third>>20, last>>20)
	}
}
