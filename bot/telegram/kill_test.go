package telegram_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"cobijo/bot/faketelegram"
)

// program starts a program that ends with the test; where it is missing the test is skipped, loudly, and fails where nothing may
// be missing.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("SKIPPED: %s is missing; nothing of this was tested", name)
	}
	return path
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// redisServer starts a real Redis that keeps nothing on disk.
func redisServer(t testing.TB, wrap ...string) string {
	t.Helper()
	_, port, _ := net.SplitHostPort(freePort(t))
	args := append(wrap, program(t, "redis-server"), "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	reachable(t, "127.0.0.1:"+port)
	return "redis://127.0.0.1:" + port
}

func reachable(t testing.TB, addr string) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s cannot be reached", addr)
		}
	}
}

// cobijo builds the program.
func cobijo(t testing.TB) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "cobijo")
	cmd := exec.Command(program(t, "go"), "build", "-o", out, "cobijo/cmd/cobijo")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, b)
	}
	return out
}

// process is a running cobijo.
type process struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

func start(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(args[0], args[1:]...)}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "COBIJO_SECRET=a secret of 32 bytes for testing", "COBIJO_PER_MINUTE=100000"}, env...)
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

var commitmentHead = regexp.MustCompile(`(?m)^(mx-\d\d) · `)

// TestKill kills the program with signal 9 in mid-traffic, twenty times, and starts it again. Every message is answered, none
// twice, and each chat's answers come in the order of its messages.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	for _, mode := range []string{"webhook", "polling"} {
		t.Run(mode, func(t *testing.T) { killed(t, mode, 10) })
	}
}

func killed(t *testing.T, mode string, kills int) {
	const people, tick = 40, 4 * time.Millisecond
	api := faketelegram.New()
	defer api.Close()
	redis, binary := redisServer(t), cobijo(t)
	addr := freePort(t)
	env := []string{
		"REDIS_URL=" + redis, "HTTP_ADDR=" + addr, "TELEGRAM_TOKEN=" + api.Token, "TELEGRAM_API_URL=" + api.URL(), "TELEGRAM_MODE=" + mode,
		"TELEGRAM_PER_SECOND=0",
	}
	if mode == "webhook" {
		env = append(env, "TELEGRAM_WEBHOOK_SECRET="+secret, "TELEGRAM_WEBHOOK_URL=http://"+addr+"/telegram/webhook")
	}
	// Real answers take a moment, in which the program may die; some are lost after the message was sent.
	rng := rand.New(rand.NewPCG(1, 2))
	var rngMu sync.Mutex
	api.Faults = func(method string, _ map[string]any) *faketelegram.Fault {
		rngMu.Lock()
		defer rngMu.Unlock()
		if method != "sendMessage" {
			return nil
		}
		f := &faketelegram.Fault{Delay: time.Duration(rng.IntN(8)) * time.Millisecond}
		if rng.IntN(200) == 0 {
			f.Cut, f.Done = true, true
		}
		return f
	}
	chats := make([]*faketelegram.Chat, people)
	said := make([][]string, people)
	for i := range chats {
		chats[i] = api.Person(int64(1000+i), "en")
	}
	p := start(t, env, binary, "serve")
	reachable(t, addr)
	n := 0
	for kill := 0; ; kill++ {
		life := time.Duration(300+rand.IntN(500)) * time.Millisecond
		for end := time.Now().Add(life); time.Now().Before(end); time.Sleep(tick) {
			i := n % people
			id := fmt.Sprintf("mx-%02d", 1+n/people%10)
			api.Say(chats[i], id)
			said[i] = append(said[i], id)
			n++
		}
		if kill == kills {
			break
		}
		p.kill()
		p = start(t, env, binary, "serve")
		reachable(t, addr)
	}
	defer p.kill()
	answers := func(c *faketelegram.Chat) (ids []string) {
		for _, m := range api.Said(c) {
			for _, match := range commitmentHead.FindAllStringSubmatch(m.Text, -1) {
				ids = append(ids, match[1])
			}
		}
		return ids
	}
	total := func() (n int) {
		for _, c := range chats {
			n += len(answers(c))
		}
		return n
	}
	for end := time.Now().Add(60 * time.Second); (api.Pending() > 0 || total() < n) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond)
	wrong := 0
	for i, c := range chats {
		if got, want := strings.Join(answers(c), " "), strings.Join(said[i], " "); got != want {
			wrong++
			t.Errorf("chat %d:\n  said     %s\n  answered %s", i, want, got)
		}
	}
	t.Logf("%d kills, %d messages, %d answers, %d looks for a message that may have been sent, %d chats wrong, %d updates not taken",
		kills, n, total(), len(api.Calls("editMessageText")), wrong, api.Pending())
	if wrong > 0 {
		t.Logf("the last one's log:\n%s", tail(p.stderr.String(), 30))
	}
	for _, problem := range api.Problems() {
		t.Errorf("no Bot API takes this: %s", problem)
	}
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
