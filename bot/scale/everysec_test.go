package scale

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
)

// mark is how long a server's append-only file was at a time, and how much had been acknowledged by then.
type mark struct {
	at         time.Time
	size, said int64
}

// powerCut ends a server as a machine without power does: it starts again with what was on its disk a second before. A process that
// is killed loses nothing by appendfsync everysec, for the system still has what the process wrote; so the file is cut.
func powerCut(t testing.TB, s *server, file string, marks []mark) (kept mark) {
	t.Helper()
	s.kill()
	kept = marks[0]
	for _, m := range slices.Backward(marks) {
		if time.Since(m.at) >= time.Second {
			kept = m
			break
		}
	}
	if err := os.Truncate(file, kept.size); err != nil {
		t.Fatal(err)
	}
	s.start()
	return kept
}

// TestPowerCut lets people talk to two replicas on a Redis that keeps what it is told within a second (appendfsync everysec, its own
// setting), and cuts its power in mid-flow, twice. The replicas go on, so that nothing is lost but what Redis alone knew: that
// an update was answered in the last second before. One that is delivered again after that is answered again; no other is, and each
// chat that this does not touch keeps its order.
func TestPowerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	program(t, "redis-server")
	binary, all := build(t), ports(t, 3)
	redis := newServer(t, all[0], "--appendonly", "yes", "--appendfsync", "everysec")
	api := faketelegram.New()
	defer api.Close()
	// Answers take as long as real ones: some are under way when the power goes.
	api.Faults = func(method string, _ map[string]any) *faketelegram.Fault {
		if method == "sendMessage" {
			return &faketelegram.Fault{Delay: 5 * time.Millisecond}
		}
		return nil
	}
	var replicas []*replica
	for _, port := range all[1:] {
		replicas = append(replicas, newReplica(t, binary, port, redis.url(), "TELEGRAM_TOKEN="+api.Token, "TELEGRAM_API_URL="+api.URL()))
	}
	c := &crowd{t: t, api: api, front: newFront(replicas), people: talkers(t, api, 10_000, 200, 20), side: inFlight, one: 10, patience: 3 * longest}
	files, err := filepath.Glob(filepath.Join(redis.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d append-only files: %v", len(files), err)
	}
	var mu sync.Mutex
	var marks []mark
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
			// First what was said: all of it is in the file by then.
			m := mark{at: time.Now(), said: c.said.Load()}
			if info, err := os.Stat(files[0]); err == nil {
				m.size = info.Size()
			}
			mu.Lock()
			marks = append(marks, m)
			mu.Unlock()
		}
	})
	var forgotten atomic.Int64 // bytes
	var bound atomic.Int64     // updates of which Redis may not know any more that they were answered
	cut := func() {
		mu.Lock()
		defer mu.Unlock()
		last := marks[len(marks)-1]
		kept := powerCut(t, redis, files[0], marks)
		forgotten.Add(last.size - kept.size)
		bound.Add(c.said.Load() - kept.said + inFlight)
		marks = []mark{{time.Now(), kept.size, c.said.Load()}}
	}
	total := int64(200 * 20)
	begin := time.Now()
	c.run(map[int64]func(){total / 3: cut, total * 2 / 3: cut})
	close(ended)
	watching.Wait()
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		n := 0
		for _, p := range c.people {
			n += len(answered(api, p.chat))
		}
		if n >= int(total) {
			break
		}
	}
	time.Sleep(4 * time.Second) // repeats, and what would be said twice
	var sum tally
	for _, p := range c.people {
		got := answered(api, p.chat)
		var once []string
		for _, id := range got {
			if !slices.Contains(once, id) {
				once = append(once, id)
			}
		}
		sum.answers += len(got)
		sum.twice += len(got) - len(once)
		sum.lost += len(p.say) - len(once)
		if len(once) == len(p.say) && len(got) == len(once) && !slices.Equal(got, p.say) {
			sum.disorder++
		}
	}
	t.Logf("%d updates and %d repeats in %v, two power cuts: %d KB that Redis had acknowledged were forgotten, of %d updates at most; %d answers lost, %d given twice, %d chats out of order; %d looks for a message that may have been sent",
		total, c.front.again.Load(), time.Since(begin).Round(time.Millisecond), forgotten.Load()>>10, bound.Load(), sum.lost, sum.twice, sum.disorder, len(api.Calls("editMessageText")))
	if forgotten.Load() == 0 {
		t.Error("no power cut lost anything")
	}
	if sum.lost > 0 || int64(sum.twice) > bound.Load() || sum.disorder > 0 {
		t.Errorf("%d lost, %d twice of %d that Redis may have forgotten, %d chats out of order", sum.lost, sum.twice, bound.Load(), sum.disorder)
	}
	for _, problem := range api.Problems() {
		t.Errorf("no Bot API takes this: %s", problem)
	}
}
