//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
)

// Questions whose answers tell whether the chat is remembered: the second names no country.
const (
	where     = "estoy en mexico, quiero pedir refugio"
	then      = "¿cuánto tiempo tengo?"
	mexicoDay = "30 días hábiles"
)

// remembered asks both.
func (v *visitor) remembered() bool {
	v.t.Helper()
	v.ask(where)
	return strings.Contains(v.ask(then), mexicoDay)
}

// answered asks one question that needs no memory.
func (v *visitor) answered() {
	v.t.Helper()
	if page := v.ask("¿cuánto tiempo tengo para pedir refugio en México?"); !strings.Contains(page, mexicoDay) {
		v.t.Errorf("not answered: %.3000s", page)
	}
}

func notInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes and waits for them")
	}
}

func TestRedisDownAtStart(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r, api := newRedis(t), telegramServer(t)
	p := launch(t, &private{}, freeAddr(t), telegramEnv(api, "polling", "REDIS_URL="+r.url(), "COBIJO_REDIS_WAIT=200ms")...)
	if body, status := p.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "without memory") {
		t.Errorf("/readyz without Redis: %d %s", status, body)
	}
	p.visit().answered()
	api.say(0, "mx-04")
	eventually(t, "Telegram is answered without Redis", func() bool { return len(api.answers(0)) == 1 })
	if n := p.metric("cobijo_store_ready"); n != 0 {
		t.Errorf("cobijo_store_ready is %v", n)
	}
	r.start()
	eventually(t, "it is ready", p.ready)
	if !p.visit().remembered() {
		t.Error("nothing is remembered after Redis came")
	}
	api.say(0, "mx-05")
	eventually(t, "Telegram is answered with Redis", func() bool { return len(api.answers(0)) == 2 })
}

func TestRedisDownInMidFlow(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r := newRedis(t)
	r.start()
	p := launch(t, &private{}, freeAddr(t), "REDIS_URL="+r.url(), "COBIJO_REDIS_WAIT=200ms")
	eventually(t, "it is ready", p.ready)
	v := p.visit()
	if !v.remembered() {
		t.Fatal("nothing is remembered with Redis")
	}
	r.kill()
	v.answered()
	if p.ready() {
		t.Error("it says that it is ready")
	}
	if page := v.ask(then); strings.Contains(page, mexicoDay) {
		t.Error("it remembers without Redis: what?")
	}
	r.start()
	eventually(t, "it is ready again", p.ready)
	if page := v.ask(then); !strings.Contains(page, mexicoDay) {
		t.Errorf("what Redis kept in its file is not remembered")
	}
	if n := p.metric(`cobijo_redis_errors_total{kind="unreachable"}`); n < 1 {
		t.Errorf("%v errors are counted", n)
	}
	if n := p.metric(`cobijo_updates_total{channel="web",outcome="no-memory"}`); n < 2 {
		t.Errorf("%v answers without memory are counted", n)
	}
}

func TestRedisSlow(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r := newRedis(t)
	r.start()
	h := newHose(t, r.addr)
	p := launch(t, &private{}, freeAddr(t), "REDIS_URL=redis://"+h.addr+"/0", "COBIJO_REDIS_WAIT=200ms")
	eventually(t, "it is ready", p.ready)
	h.delay.Store(int64(100 * time.Millisecond))
	v := p.visit()
	if !v.remembered() {
		t.Error("a Redis that is a little slow is not waited for")
	}
	h.delay.Store(int64(4 * time.Second)) // longer than anybody waits
	begun := time.Now()
	v.answered()
	t.Logf("with a Redis that takes 8 s for an answer, two pages took %v", time.Since(begun).Round(time.Millisecond))
	if p.ready() {
		t.Error("it says that it is ready")
	}
	h.delay.Store(0)
	eventually(t, "it is ready again", p.ready)
	if page := v.ask(then); !strings.Contains(page, mexicoDay) {
		t.Error("what was kept before is not remembered")
	}
	if n := p.metric(`cobijo_redis_errors_total{kind="timeout"}`); n < 1 {
		t.Errorf("%v timeouts are counted", n)
	}
}

func TestRedisFull(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r := newRedis(t)
	r.start()
	p := launch(t, &private{}, freeAddr(t), "REDIS_URL="+r.url(), "COBIJO_REDIS_WAIT=200ms")
	v := p.visit()
	if !v.remembered() {
		t.Fatal("nothing is remembered")
	}
	r.config("maxmemory-policy", "noeviction")
	r.config("maxmemory", "1")
	v.answered()
	if p.ready() {
		t.Error("it says that it is ready")
	}
	if n := p.metric(`cobijo_redis_errors_total{kind="full"}`); n < 1 {
		t.Errorf("%v are counted", n)
	}
	r.config("maxmemory", "0")
	eventually(t, "it is ready again", p.ready)
	if page := v.ask(then); !strings.Contains(page, mexicoDay) {
		t.Error("what was kept before is not remembered")
	}
}

// The disk of Redis is full: its file may grow no further. The limit is the process's own, so that no disk is filled.
func TestRedisDiskFull(t *testing.T) {
	notInShort(t)
	t.Parallel()
	prlimit := program(t, "prlimit")
	// At the limit the kernel sends SIGXFSZ, which would end the process; ignored, the write fails as on a full disk.
	r := newRedis(t, "/bin/sh", "-c", `trap '' XFSZ; exec "$0" "$@"`)
	r.start()
	r.config("appendfsync", "everysec") // with always, Redis ends itself when its disk is full
	p := launch(t, &private{}, freeAddr(t), "REDIS_URL="+r.url(), "COBIJO_REDIS_WAIT=200ms")
	v := p.visit()
	if !v.remembered() {
		t.Fatal("nothing is remembered")
	}
	limit := func(size string) {
		t.Helper()
		if out, err := exec.Command(prlimit, "--pid", strconv.Itoa(r.cmd.Process.Pid), "--fsize="+size).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	limit("1000:unlimited")
	eventually(t, "Redis takes nothing", func() bool { return r.rdb.Set(t.Context(), "probe", "x", time.Second).Err() != nil })
	v.answered()
	if p.ready() {
		t.Error("it says that it is ready")
	}
	if n := p.metric(`cobijo_redis_errors_total{kind="disk"}`); n < 1 {
		t.Errorf("%v are counted", n)
	}
	limit("unlimited:unlimited")
	eventually(t, "it is ready again", p.ready)
	if page := v.ask(then); !strings.Contains(page, mexicoDay) {
		t.Error("what was kept before is not remembered")
	}
}

func TestUnsafeRedisIsTold(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r := newRedis(t)
	r.start()
	r.config("appendonly", "no")
	r.config("maxmemory-policy", "allkeys-lru")
	p := launch(t, &private{}, freeAddr(t), "REDIS_URL="+r.url())
	for _, setting := range []string{"appendonly", "maxmemory-policy"} {
		eventually(t, setting+" is warned of", func() bool { return strings.Contains(p.logs.String(), `"setting":"`+setting+`"`) })
		if n := p.metric(`cobijo_redis_unsafe{setting="` + setting + `"}`); n != 1 {
			t.Errorf("%s is counted as %v", setting, n)
		}
	}
}

// talkers are people on a Telegram of the test's own who say numbers of commitments, and look at what comes.
type talkers struct {
	*faketelegram.Server
	t     testing.TB
	chats []*faketelegram.Chat
	said  [][]string
	down  atomic.Bool // the API answers 502
	cut   atomic.Bool // or hangs up
	delay atomic.Int64
}

const firstPerson = 9081726000

func telegramServer(t testing.TB) *talkers {
	t.Helper()
	api := &talkers{Server: faketelegram.New(), t: t, chats: make([]*faketelegram.Chat, 30), said: make([][]string, 30)}
	t.Cleanup(func() {
		for _, problem := range api.Problems() {
			t.Errorf("no Bot API takes this: %s", problem)
		}
		api.Close()
	})
	api.Faults = func(method string, _ map[string]any) *faketelegram.Fault {
		switch {
		case method == "getUpdates":
			return nil
		case api.down.Load():
			return &faketelegram.Fault{Code: http.StatusBadGateway}
		case api.cut.Load():
			return &faketelegram.Fault{Cut: true}
		case method == "sendMessage" && api.delay.Load() > 0:
			return &faketelegram.Fault{Delay: time.Duration(api.delay.Load())}
		}
		return nil
	}
	for i := range api.chats {
		api.chats[i] = api.Person(int64(firstPerson+i), "en")
	}
	return api
}

func telegramEnv(api *talkers, mode string, more ...string) []string {
	return append([]string{"TELEGRAM_TOKEN=" + api.Token, "TELEGRAM_API_URL=" + api.URL(), "TELEGRAM_MODE=" + mode, "TELEGRAM_PER_SECOND=0"}, more...)
}

// own is what no log line may hold of this Telegram.
func (s *talkers) own() *private {
	p := &private{}
	p.add(s.Token)
	for i := range s.chats {
		p.add(strconv.Itoa(firstPerson + i))
	}
	return p
}

func (s *talkers) say(i int, id string) {
	s.said[i] = append(s.said[i], id)
	s.Say(s.chats[i], id)
}

var heads = regexp.MustCompile(`(?m)^(mx-\d\d) · `)

func (s *talkers) answers(i int) (ids []string) {
	for _, m := range s.Said(s.chats[i]) {
		for _, match := range heads.FindAllStringSubmatch(m.Text, -1) {
			ids = append(ids, match[1])
		}
	}
	return ids
}

// talk lets everybody talk for a while.
func (s *talkers) talk(d time.Duration) {
	for end, n := time.Now().Add(d), s.total(s.said); time.Now().Before(end); n++ {
		i := n % len(s.chats)
		s.say(i, fmt.Sprintf("mx-%02d", 1+n/len(s.chats)%10))
		time.Sleep(8 * time.Millisecond)
	}
}

func (s *talkers) total(all [][]string) (n int) {
	for _, ids := range all {
		n += len(ids)
	}
	return n
}

func (s *talkers) allAnswers() [][]string {
	all := make([][]string, len(s.chats))
	for i := range s.chats {
		all[i] = s.answers(i)
	}
	return all
}

// settle waits for as many answers as there are messages, and a little longer for those that are too many.
func (s *talkers) settle() {
	s.t.Helper()
	for end := time.Now().Add(patient); time.Now().Before(end) && (s.Pending() > 0 || s.total(s.allAnswers()) < s.total(s.said)); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
}

// compare tells how many messages were not answered, answered more than once, and of how many chats the order is wrong.
func (s *talkers) compare() (lost, doubled, disordered int) {
	for i, said := range s.said {
		got := s.answers(i)
		if strings.Join(got, " ") == strings.Join(said, " ") {
			continue
		}
		times := map[string]int{}
		for _, id := range said {
			times[id]++
		}
		for _, id := range got {
			times[id]--
		}
		wrong := false
		for _, n := range times {
			lost += max(n, 0)
			doubled += max(-n, 0)
			wrong = wrong || n != 0
		}
		if !wrong {
			disordered++
		}
		s.t.Logf("chat %d:\n  said     %v\n  answered %v", i, said, got)
	}
	return lost, doubled, disordered
}

// exactly fails where anything is lost, doubled or out of order.
func (s *talkers) exactly(what string) {
	s.t.Helper()
	s.settle()
	lost, doubled, disordered := s.compare()
	s.t.Logf("%s: %d messages; %d lost, %d answered twice, %d chats out of order", what, s.total(s.said), lost, doubled, disordered)
	if lost+doubled+disordered > 0 {
		s.t.Errorf("%s: not each message was answered once and in order", what)
	}
}

// Redis is killed under load and comes back at the same address with what its file holds, as after a failover.
func TestRedisFailsOver(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r, api := newRedis(t), telegramServer(t)
	r.start()
	p := launch(t, api.own(), freeAddr(t), telegramEnv(api, "polling", "REDIS_URL="+r.url())...)
	for range 2 {
		api.talk(700 * time.Millisecond)
		r.kill()
		api.talk(500 * time.Millisecond)
		r.start()
	}
	api.talk(500 * time.Millisecond)
	api.exactly("failover")
	eventually(t, "it is ready again", p.ready)
}

func TestChannelDown(t *testing.T) {
	notInShort(t)
	t.Parallel()
	r, api := newRedis(t), telegramServer(t)
	r.start()
	p := launch(t, api.own(), freeAddr(t), telegramEnv(api, "polling", "REDIS_URL="+r.url())...)
	api.talk(300 * time.Millisecond)
	api.down.Store(true)
	api.talk(500 * time.Millisecond)
	eventually(t, "it is seen that answers wait", func() bool { return p.metric(`cobijo_outbox_chats{channel="telegram"}`) > 0 })
	api.down.Store(false)
	api.talk(300 * time.Millisecond)
	api.cut.Store(true)
	api.talk(500 * time.Millisecond)
	api.cut.Store(false)
	api.exactly("the channel's API down")
	if n := p.metric(`cobijo_sends_total{channel="telegram",result="unavailable"}`); n < 1 {
		t.Errorf("%v failures are counted", n)
	}
	eventually(t, "nothing waits any more", func() bool { return p.metric(`cobijo_outbox_chats{channel="telegram"}`) == 0 })
}

// SIGTERM under load: what was begun is ended, what was not is for the next process, and nobody who is being answered on the web
// is hung up on.
func TestTerminatedUnderLoad(t *testing.T) {
	notInShort(t)
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			r, api := newRedis(t), telegramServer(t)
			r.start()
			api.delay.Store(int64(20 * time.Millisecond)) // so that something is always being sent
			addr := freeAddr(t)
			env := telegramEnv(api, mode, "REDIS_URL="+r.url())
			if mode == "webhook" {
				env = append(env, "TELEGRAM_WEBHOOK_SECRET="+hookSecret, "TELEGRAM_WEBHOOK_URL=http://"+addr+"/telegram/webhook")
			}
			own := api.own()
			p := launch(t, own, addr, env...)
			ctx, stop := context.WithCancel(t.Context())
			var web sync.WaitGroup
			var asked, cut atomic.Int64
			for range 4 {
				v := p.visit()
				web.Go(func() {
					for ctx.Err() == nil {
						nonce, err := v.load()
						if err != nil { // nobody listens for a moment
							time.Sleep(20 * time.Millisecond)
							continue
						}
						switch _, status, err := v.send(nonce, "¿quién me ayuda en Tapachula?"); {
						case err == nil && status == http.StatusOK:
							asked.Add(1)
						case err != nil && !strings.Contains(err.Error(), "refused"):
							cut.Add(1)
						}
						time.Sleep(30 * time.Millisecond)
					}
				})
			}
			for range 2 {
				api.talk(500 * time.Millisecond)
				begun := time.Now()
				var talk sync.WaitGroup
				talk.Go(func() { api.talk(300 * time.Millisecond) })
				if err := p.terminate(); err != nil {
					t.Errorf("it ended with %v", err)
				}
				talk.Wait()
				t.Logf("it ended after %v", time.Since(begun).Round(time.Millisecond))
				p = launch(t, own, addr, env...)
			}
			stop()
			web.Wait()
			api.exactly("SIGTERM, " + mode)
			t.Logf("%d pages were answered, %d were hung up on", asked.Load(), cut.Load())
			if asked.Load() == 0 {
				t.Error("nobody was answered on the web")
			}
		})
	}
}
