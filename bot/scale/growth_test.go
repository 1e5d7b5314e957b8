package scale

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// info reads numbers of INFO, "name:value".
func info(t testing.TB, rdb redis.UniversalClient, section string) map[string]float64 {
	t.Helper()
	text, err := rdb.Info(t.Context(), section).Result()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if command, ok := strings.CutPrefix(name, "cmdstat_"); ok {
			value, _, _ = strings.Cut(strings.TrimPrefix(value, "calls="), ",")
			name = command
		}
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = n
		}
	}
	return all
}

// cost is what one message takes.
type cost struct {
	rate            float64 // messages a second
	app, redis, own float64 // processor seconds a second: the replicas, Redis, the load with the Bot API
	others          float64 // the same: all else on the machine
	in, out         float64 // bytes a message, to and from Redis
	commands        map[string]float64
	sent            float64 // bytes to the Bot API a message
}

// appCPU is the processor time that one message takes in the assistant, in seconds.
func (c cost) appCPU() float64 { return c.app / c.rate }

// redisCPU is the same in Redis.
func (c cost) redisCPU() float64 { return c.redis / c.rate }

// measure drives replicas on a Redis of their own for a time.
func measure(t *testing.T, binary string, replicas int, d time.Duration) cost {
	t.Helper()
	all := ports(t, replicas+1)
	server := newServer(t, all[replicas], "--appendonly", "yes")
	defer server.kill()
	rdb := redis.NewClient(&redis.Options{Addr: server.addr()})
	defer rdb.Close()
	api := newStub(t)
	l := &load{}
	var running []*replica
	for i := range replicas {
		// Each has one core, as on a machine of its own: their number grows, not their size.
		r := newReplica(t, binary, all[i], server.url(), "TELEGRAM_TOKEN=4242:growth", "TELEGRAM_API_URL="+api.url(), "GOMAXPROCS=1")
		defer r.kill()
		running, l.addrs = append(running, r), append(l.addrs, r.addr)
	}
	const conns, chats = 64, 20_000
	l.run(t, conns, 2000, 9_000_000, 4000, longest) // warm
	used := func() (app, redis, own float64) {
		for _, r := range running {
			app += cpuTime(t, r.pid()).Seconds()
		}
		return app, cpuTime(t, server.cmd.Process.Pid).Seconds(), cpuTime(t, os.Getpid()).Seconds()
	}
	stats, commands := info(t, rdb, "stats"), info(t, rdb, "commandstats")
	app, red, own := used()
	sent, all0, begin := api.bytes.Load(), busy(t), time.Now()
	n := float64(l.run(t, conns, chats, 1_000_000, 1<<60, d))
	took := time.Since(begin).Seconds()
	if n == 0 {
		t.Fatal("nothing was answered")
	}
	appEnd, redEnd, ownEnd := used()
	whole := (busy(t) - all0).Seconds() / took
	statsEnd, commandsEnd := info(t, rdb, "stats"), info(t, rdb, "commandstats")
	c := cost{
		rate: n / took, app: (appEnd - app) / took, redis: (redEnd - red) / took, own: (ownEnd - own) / took, commands: map[string]float64{},
		in:   (statsEnd["total_net_input_bytes"] - stats["total_net_input_bytes"]) / n,
		out:  (statsEnd["total_net_output_bytes"] - stats["total_net_output_bytes"]) / n,
		sent: float64(api.bytes.Load()-sent) / n,
	}
	c.others = max(0, whole-c.app-c.redis-c.own)
	for name, calls := range commandsEnd {
		if per := (calls - commands[name]) / n; per >= 0.005 && name != "info" {
			c.commands[name] = per
		}
	}
	return c
}

// limit names what kept the throughput from growing.
func (c cost) limit(replicas int) string {
	cores := float64(runtime.NumCPU())
	switch {
	case c.app+c.redis+c.own+c.others > 0.9*cores && c.others > 0.1*cores:
		return fmt.Sprintf("the machine: its %.0f cores are in use, %.1f of them by others", cores, c.others)
	case c.app+c.redis+c.own+c.others > 0.9*cores:
		return fmt.Sprintf("the machine: its %.0f cores are in use", cores)
	case c.redis > 0.9:
		return "Redis: its one core is in use"
	case c.app > 0.9*float64(replicas):
		return "the replicas: their core each is in use"
	}
	return "neither: the load waits for answers"
}

// perChat is what a chat leaves in Redis after some messages, in bytes, and what a process has more in memory.
func perChat(t *testing.T, binary string, chats, messages int) (redisBytes, processBytes float64, kinds map[string]float64) {
	t.Helper()
	all := ports(t, 2)
	server := newServer(t, all[1], "--appendonly", "no")
	defer server.kill()
	rdb := redis.NewClient(&redis.Options{Addr: server.addr()})
	defer rdb.Close()
	api := newStub(t)
	r := newReplica(t, binary, all[0], server.url(), "TELEGRAM_TOKEN=4242:growth", "TELEGRAM_API_URL="+api.url())
	defer r.kill()
	l := &load{addrs: []string{r.addr}}
	l.run(t, 32, 2000, 9_000_000, 10_000, longest) // warm: the process has its buffers
	if err := rdb.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	before, resident := info(t, rdb, "memory")["used_memory"], memory(r.pid())
	l.run(t, 32, chats, 1_000_000, int64(chats*messages), 3*longest)
	after := info(t, rdb, "memory")["used_memory"]
	processBytes = float64(memory(r.pid())-resident) / float64(chats)
	kinds = map[string]float64{}
	scan := rdb.Scan(t.Context(), 0, "*", 1000).Iterator()
	keys := 0
	for scan.Next(t.Context()) {
		if keys++; keys%20 > 0 {
			continue
		}
		n, err := rdb.MemoryUsage(t.Context(), scan.Val()).Result()
		if err == nil {
			kinds[kindOfKey(scan.Val())] += float64(n) * 20 / float64(chats)
		}
	}
	return (after - before) / float64(chats), processBytes, kinds
}

// kindOfKey names what a key is for: what stands behind the hash tag, without an id.
func kindOfKey(key string) string {
	_, rest, ok := strings.Cut(key, "}")
	if !ok {
		return key
	}
	rest = strings.TrimPrefix(rest, ":")
	kind, _, _ := strings.Cut(rest, ":")
	return kind
}

// TestGrowth measures what grows with people: throughput by replicas, what a message takes, what a chat leaves behind; and computes
// from these what a month of so many people takes. Set COBIJO_GROWTH to how long each load is to last.
func TestGrowth(t *testing.T) {
	d := seconds(t, "COBIJO_GROWTH")
	if d == 0 {
		t.Skip("a measurement: make growth")
	}
	program(t, "redis-server")
	binary := build(t)
	fmt.Printf("\nThroughput by replicas of one core each, on one Redis (append-only file) and a machine of %d cores that the load shares:\n\n", runtime.NumCPU())
	fmt.Println("| replicas | messages/s | cores: replicas | Redis | load and Bot API | others | CPU a message: assistant | Redis | what limits it |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	var c cost
	for _, n := range []int{1, 2, 4} {
		one := measure(t, binary, n, d)
		fmt.Printf("| %d | %.0f | %.2f | %.2f | %.2f | %.2f | %.0f µs | %.0f µs | %s |\n", n, one.rate, one.app, one.redis, one.own, one.others, one.appCPU()*1e6, one.redisCPU()*1e6, one.limit(n))
		if n == 1 {
			c = one
		}
	}
	fmt.Printf("\nRedis a message: %.0f bytes in, %.0f bytes out; commands (those within scripts too):", c.in, c.out)
	for _, name := range sorted(c.commands) {
		fmt.Printf(" %s %.2f", name, c.commands[name])
	}
	fmt.Printf("\nTelegram a message: %.0f bytes out\n", c.sent)
	chat, process, kinds := perChat(t, binary, 10_000, 1)
	fmt.Printf("Redis a chat that is idle after one message: %.0f bytes", chat)
	for _, kind := range sorted(kinds) {
		fmt.Printf(", %s %.0f", kind, kinds[kind])
	}
	const day = messagesEach / daysEach
	talked, _, _ := perChat(t, binary, 4000, day)
	fmt.Printf("\nRedis a chat that is idle after %d messages: %.0f bytes", day, talked)
	sub := perSubscription(t)
	fmt.Printf("\nA process a chat that is idle: %.0f bytes\nRedis a subscription: %.0f bytes\n", process, sub)
	project(c, talked, sub)
}

func sorted(m map[string]float64) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	return names
}

// What is assumed of people.
const (
	messagesEach = 10     // messages of a person in a month
	daysEach     = 2      // days of a month on which a person writes
	peakFactor   = 10.0   // the busiest minute over the month's mean
	busyDay      = 3.0    // the busiest day over the mean
	busyShare    = 0.5    // of a core, at the peak: the rest is for what nobody foresaw
	subsEach     = 0.0001 // subscriptions of coordination teams a person
	telegramMost = 30.0   // messages a second that Telegram lets a bot send
	masterBytes  = 16e9   // of memory that a Redis master is to use at most
)

// project computes what so many people take, from what a message costs, and a chat with the messages of a day, and a subscription.
func project(c cost, chat, sub float64) {
	fmt.Printf("\nAssumed: a person writes %d messages in a month, on %d days; the busiest minute is %.0f times the mean, the busiest day %.0f times; a core is used to %.0f %% at the peak;\n",
		messagesEach, daysEach, peakFactor, busyDay, busyShare*100)
	fmt.Printf("a chat's keys stay for two days at most, and take half as much again for gaps; a master has %.0f GB and a replica; one subscription for %.0f people; a process has one core, and there are two at least.\n\n",
		masterBytes/1e9, 1/subsEach)
	fmt.Println("| people a month | messages/s mean | peak | cobijo processes | Redis cores at the peak | Redis masters | MB/s to Redis | Redis memory | what comes first |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	const month = 30 * 24 * 3600.0
	for _, people := range []float64{10e3, 1e6, 100e6} {
		mean := people * messagesEach / month
		peak := mean * peakFactor
		app, red := peak*c.appCPU()/busyShare, peak*c.redisCPU()
		const kept = 2 // days
		mem := (people*daysEach/30*busyDay*kept*chat + people*subsEach*sub) * 1.5
		first := "nothing: one small server"
		switch bots := peak / telegramMost; {
		case bots > 2:
			first = fmt.Sprintf("Telegram's %.0f messages/s a bot: %.0f bots, or a higher limit agreed with Telegram", telegramMost, ceil(bots))
		case bots > 1:
			first = fmt.Sprintf("Telegram's %.0f messages/s a bot: at the peak the outbox waits", telegramMost)
		}
		fmt.Printf("| %s | %.2f | %.1f | %.0f | %.3f | %.0f | %.3f | %s | %s |\n", short(people), mean, peak, max(2, ceil(app)), red, max(ceil(red/busyShare), ceil(mem/masterBytes)), peak*c.in/1e6, size(mem), first)
	}
	fmt.Println()
}

func ceil(f float64) float64 {
	if n := float64(int(f)); n < f || n == 0 {
		return n + 1
	}
	return float64(int(f))
}

func short(n float64) string {
	if n >= 1e6 {
		return fmt.Sprintf("%.0f M", n/1e6)
	}
	return fmt.Sprintf("%.0f k", n/1e3)
}

func size(n float64) string {
	if n >= 1e9 {
		return fmt.Sprintf("%.1f GB", n/1e9)
	}
	return fmt.Sprintf("%.0f MB", n/1e6)
}

// perSubscription is what a subscription takes in Redis, in bytes.
func perSubscription(t *testing.T) float64 {
	t.Helper()
	const n = 2000
	server := newServer(t, ports(t, 1)[0], "--appendonly", "no")
	defer server.kill()
	rdb := redis.NewClient(&redis.Options{Addr: server.addr()})
	defer rdb.Close()
	before := info(t, rdb, "memory")["used_memory"]
	subscribe(t, rdb, n)
	return (info(t, rdb, "memory")["used_memory"] - before) / n
}
