package telegram_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What people ask, in the proportions of the languages in which they do.
var asked = []string{
	"cuanto tiempo tengo para pedir refugio en mexico?", "puedo trabajar mientras espero mi refugio", "me negaron el refugio que hago ahora",
	"necesito un abogado gratis en tapachula", "mis hijos pueden ir a la escuela sin papeles", "donde pido asilo en guatemala",
	"me pueden deportar si estoy pidiendo asilo", "cuanto cuesta el tramite", "how long do I have to apply for asylum in costa rica?",
	"can they send me back to my country", "what did mexico commit to on detention?", "que prometio panama sobre los niños",
	"mi esposo me pega y tengo miedo", "donde puedo dormir esta noche", "hola", "/menu", "me robaron los documentos en honduras",
	"do i need a lawyer for the interview", "quiero reunirme con mi familia en canada", "gracias",
}

// stub is a Bot API that answers at once. It is written by hand, as the load is, so that they take as little as may be from Redis,
// with which they share a core.
type stub struct {
	l       net.Listener
	sent    sync.Map // by chat: when its update was posted
	count   atomic.Int64
	mu      sync.Mutex
	latency []time.Duration
}

func newStub(t testing.TB) *stub {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stub{l: l}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *stub) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 16<<10)
	for id := int64(1); ; id++ {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		sends := bytes.Contains(line, []byte("/sendMessage "))
		me := bytes.Contains(line, []byte("/getMe "))
		req, n := -1, 0
		chunked := false
		for {
			h, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(h) <= 2 {
				break
			}
			if v, ok := bytes.CutPrefix(bytes.ToLower(h), []byte("content-length: ")); ok {
				req, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
			}
			chunked = chunked || bytes.Contains(bytes.ToLower(h), []byte("chunked"))
		}
		if chunked { // the library's calls at start
			for {
				h, err := r.ReadString('\n')
				if err != nil {
					return
				}
				size, _ := strconv.ParseInt(strings.TrimSpace(h), 16, 64)
				_, _ = r.Discard(int(size) + 2)
				if size == 0 {
					break
				}
			}
		}
		if req > 0 {
			if sends {
				head, _ := r.Peek(min(req, 40))
				if v, ok := bytes.CutPrefix(head, []byte(`{"chat_id":`)); ok {
					if i := bytes.IndexByte(v, ','); i > 0 {
						n, _ = strconv.Atoi(string(v[:i]))
					}
				}
			}
			_, _ = r.Discard(req)
		}
		body := `{"ok":true,"result":true}`
		switch {
		case sends:
			if at, ok := s.sent.Load(n); ok {
				d := time.Since(at.(time.Time))
				s.mu.Lock()
				s.latency = append(s.latency, d)
				s.mu.Unlock()
			}
			s.count.Add(1)
			body = `{"ok":true,"result":{"message_id":` + strconv.FormatInt(id, 10) + `,"date":1790000000,"chat":{"id":` + strconv.Itoa(n) + `,"type":"private"},"from":{"id":4242,"is_bot":true,"first_name":"Cobijo","username":"cobijo_test_bot"},"text":"` + strings.Repeat("x", 400) + `"}}`
		case me:
			body = `{"ok":true,"result":{"id":4242,"is_bot":true,"first_name":"Cobijo","username":"cobijo_test_bot"}}`
		}
		if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body); err != nil {
			return
		}
	}
}

// load posts updates over some connections.
type load struct {
	addr, secret string
	s            *stub
	next         atomic.Int64
}

func (l *load) body(chat int) []byte {
	n := l.next.Add(1)
	text := asked[int(n*7)%len(asked)]
	entities := ""
	if strings.HasPrefix(text, "/") {
		entities = `,"entities":[{"offset":0,"length":5,"type":"bot_command"}]`
	}
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Mar\u00eda Jos\u00e9","last_name":"R.","username":"mj%d","language_code":"es"},"chat":{"id":%d,"first_name":"Mar\u00eda Jos\u00e9","last_name":"R.","username":"mj%d","type":"private"},"date":1795608000,"text":%q%s}}`,
		800000000+n, n, chat, chat, chat, chat, text, entities)
}

// run posts n updates to chats from first on, each on the connection of its number; every waits between two of a connection.
func (l *load) run(t testing.TB, conns, chats, first int, total int64, every time.Duration) time.Duration {
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(total)
	begin := time.Now()
	for i := range conns {
		wg.Go(func() {
			c, err := net.Dial("tcp", l.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			r := bufio.NewReaderSize(c, 4<<10)
			due := begin.Add(every * time.Duration(i) / time.Duration(max(conns, 1)))
			for k := 0; left.Add(-1) >= 0; k++ {
				chat := first + (k*conns+i)%chats
				b := l.body(chat)
				if every > 0 {
					time.Sleep(time.Until(due))
					due = due.Add(every)
				}
				l.s.sent.Store(chat, time.Now())
				if _, err := fmt.Fprintf(c, "POST /telegram/webhook HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: %s\r\nContent-Length: %d\r\n\r\n%s", l.secret, len(b), b); err != nil {
					t.Error(err)
					return
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("status %d", resp.StatusCode)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begin)
}

// cpu gives the processor time that a process took so far, and the most memory that it had.
func cpu(t testing.TB, pid int) (time.Duration, int) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skip("SKIPPED: no /proc")
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	sys, _ := strconv.Atoi(f[12])
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	kb := 0
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ = strconv.Atoi(strings.Fields(v)[0])
		}
	}
	return time.Duration(user+sys) * 10 * time.Millisecond, kb / 1024
}

// TestSpeed measures the program as it is served: real update JSON by webhook over HTTP, a real redis-server with a session for
// each chat, a Bot API that answers at once. The program has one core; all else has the other. Set COBIJO_SPEED to how many
// seconds each load is to take.
func TestSpeed(t *testing.T) {
	seconds, _ := strconv.ParseFloat(os.Getenv("COBIJO_SPEED"), 64)
	if seconds <= 0 {
		t.Skip("a measurement: COBIJO_SPEED=5 go test -run TestSpeed -v ./bot/telegram")
	}
	if runtime.NumCPU() < 2 {
		t.Skip("SKIPPED: it takes two cores")
	}
	taskset := program(t, "taskset")
	if out, err := exec.Command(taskset, "-a", "-p", "2", strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	redis := redisServer(t, taskset, "2")
	s := newStub(t)
	addr := freePort(t)
	binary := os.Getenv("COBIJO_BINARY")
	if binary == "" {
		binary = cobijo(t)
	}
	env := []string{
		"REDIS_URL=" + redis, "HTTP_ADDR=" + addr, "TELEGRAM_TOKEN=4242:speed", "TELEGRAM_API_URL=http://" + s.l.Addr().String(),
		"TELEGRAM_MODE=webhook", "TELEGRAM_WEBHOOK_SECRET=" + secret, "TELEGRAM_PER_SECOND=0",
	}
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "COBIJO_PROFILE"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	p := start(t, env, taskset, "1", binary, "serve")
	defer p.kill()
	reachable(t, addr)
	l := &load{addr: addr, secret: secret, s: s}
	l.run(t, 16, 500, 5_000_000, 3000, 0) // warm
	rate := 0.0
	for i, chats := range []int{1, 100, 10_000} {
		conns := min(40, max(chats, 4))
		before, _ := cpu(t, p.cmd.Process.Pid)
		s.latency = s.latency[:0]
		n := int64(3000 * seconds)
		took := l.run(t, conns, chats, (i+1)*1_000_000, n, 0)
		after, mb := cpu(t, p.cmd.Process.Pid)
		rate = float64(n) / took.Seconds()
		t.Logf("%6d chats, %2d connections, as fast as it goes: %6.0f updates/s, %4d µs CPU an update, %s, most memory %d MB",
			chats, conns, rate, (after-before).Microseconds()/n, s.quantiles(), mb)
	}
	half := rate / 2
	s.latency = s.latency[:0]
	conns := 40
	n := int64(half * seconds)
	before, _ := cpu(t, p.cmd.Process.Pid)
	took := l.run(t, conns, 10_000, 4_000_000, n, time.Duration(float64(conns)/half*float64(time.Second)))
	after, mb := cpu(t, p.cmd.Process.Pid)
	t.Logf(" 10000 chats, at half load: %6.0f updates/s, %4d µs CPU an update, %s, most memory %d MB",
		float64(n)/took.Seconds(), (after-before).Microseconds()/n, s.quantiles(), mb)
	if p.stderr.Len() > 2000 {
		t.Logf("log: %s", tail(p.stderr.String(), 5))
	}
}

func (s *stub) quantiles() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.latency)
	at := func(q float64) time.Duration {
		if len(s.latency) == 0 {
			return 0
		}
		return s.latency[min(int(q*float64(len(s.latency))), len(s.latency)-1)].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("update in to sendMessage out p50 %v p99 %v", at(0.5), at(0.99))
}
