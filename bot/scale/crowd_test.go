package scale

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
)

// front is what stands before the replicas: it brings each update to one of them, and to another where that one does not take it,
// as Telegram behind a load balancer does.
type front struct {
	replicas []*replica
	client   *http.Client
	turn     atomic.Int64

	refused atomic.Int64 // deliveries that were not acknowledged
	again   atomic.Int64 // repeats that were delivered beside
	repeats sync.WaitGroup
}

func newFront(replicas []*replica) *front {
	// Telegram waits for an acknowledgement for about as long.
	return &front{replicas: replicas, client: &http.Client{Timeout: longest, Transport: &http.Transport{MaxIdleConnsPerHost: 200}}}
}

// next gives the replica whose turn it is.
func (f *front) next() *replica {
	for range f.replicas {
		if r := f.replicas[int(f.turn.Add(1))%len(f.replicas)]; !r.down.Load() {
			return r
		}
	}
	return f.replicas[0]
}

// post delivers a body once; it tells whether it was acknowledged.
func (f *front) post(r *replica, body []byte) bool {
	req, err := http.NewRequest(http.MethodPost, "http://"+r.addr+"/telegram/webhook", bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", webhookSecret)
	resp, err := f.client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// deliver brings a body until it is acknowledged, or for so long.
func (f *front) deliver(body []byte, patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if f.post(f.next(), body) {
			return true
		}
		f.refused.Add(1)
	}
	return false
}

// repeat delivers a body once more after a while, to whichever replica has its turn, acknowledged or not.
func (f *front) repeat(body []byte, after time.Duration) {
	f.again.Add(1)
	f.repeats.Go(func() {
		time.Sleep(after)
		f.post(f.next(), body)
	})
}

// talker is somebody who says things one after another.
type talker struct {
	chat *faketelegram.Chat
	say  []string
	n    int // how many were acknowledged
}

// crowd lets many people say what they have to say: of one chat one update after another, each until it is taken; of different
// chats side by side.
type crowd struct {
	t        testing.TB
	api      *faketelegram.Server
	front    *front
	people   []*talker
	side     int           // how many updates are under way at the same time
	one      int           // of so many updates one is delivered twice; 0 for none
	patience time.Duration // how long an update is brought again and again
	said     atomic.Int64
	numbers  atomic.Int64
}

// update makes the next update of somebody. It is made when it is delivered, for messages are numbered in their order.
func (c *crowd) update(p *talker) []byte {
	u := c.api.Incoming(p.chat, p.say[p.n], nil)
	u["update_id"] = 1_000_000 + c.numbers.Add(1)
	body, err := json.Marshal(u)
	if err != nil {
		c.t.Error(err)
	}
	return body
}

// run drives until all is said; at calls a function when so many updates were acknowledged.
func (c *crowd) run(at map[int64]func()) {
	total := 0
	ready := make(chan *talker, len(c.people))
	for _, p := range c.people {
		total += len(p.say)
		ready <- p
	}
	left := atomic.Int64{}
	left.Store(int64(len(c.people)))
	var wg, events sync.WaitGroup
	for range c.side {
		wg.Go(func() {
			for p := range ready {
				body := c.update(p)
				twice := c.one > 0 && rand.IntN(c.one) == 0
				if twice { // one races with the first, another comes when it is forgotten
					c.front.repeat(body, []time.Duration{0, 2 * time.Millisecond, 3 * time.Second}[rand.IntN(3)])
				}
				if !c.front.deliver(body, c.patience) {
					c.t.Errorf("an update was not acknowledged within %v", c.patience)
				}
				n := c.said.Add(1)
				if f := at[n]; f != nil {
					events.Go(f)
				}
				if p.n++; p.n < len(p.say) {
					ready <- p
				} else if left.Add(-1) == 0 {
					close(ready)
				}
			}
		})
	}
	wg.Wait()
	events.Wait()
	c.front.repeats.Wait()
	if int(c.said.Load()) != total {
		c.t.Errorf("%d of %d updates delivered", c.said.Load(), total)
	}
}
