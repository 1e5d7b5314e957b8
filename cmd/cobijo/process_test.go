//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// asProgram makes the test's own binary the program: real processes, and nothing is built twice.
const asProgram = "COBIJO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patient is how long something may take on a busy machine before it counts as never.
const patient = time.Minute

func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patient); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patient, what)
		}
	}
}

// program names a program; where it is missing the test is skipped, loudly, and fails where nothing may be missing.
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

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// realRedis is a redis-server that can be killed and started again, at the same address and with the same files.
type realRedis struct {
	t    testing.TB
	addr string
	dir  string
	wrap []string // a program that starts it
	cmd  *exec.Cmd
	rdb  *redis.Client // of the test
}

func newRedis(t testing.TB, wrap ...string) *realRedis {
	t.Helper()
	program(t, "redis-server")
	r := &realRedis{t: t, addr: freeAddr(t), dir: t.TempDir(), wrap: wrap}
	r.rdb = redis.NewClient(&redis.Options{Addr: r.addr, MaxRetries: -1})
	t.Cleanup(func() {
		_ = r.rdb.Close()
		r.kill()
	})
	return r
}

func (r *realRedis) url() string { return "redis://" + r.addr + "/0" }

// start has each write synced: a server that syncs once a second puts a write off while the one before is being synced, and a kill
// then loses it.
func (r *realRedis) start() {
	r.t.Helper()
	_, port, _ := net.SplitHostPort(r.addr)
	args := append(slices.Clone(r.wrap), program(r.t, "redis-server"), "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", r.dir)
	r.cmd = exec.Command(args[0], args[1:]...)
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	eventually(r.t, "redis-server answers", func() bool { return r.rdb.Ping(context.Background()).Err() == nil })
}

// kill is as sudden as a power cut is for the process, though not for the disk.
func (r *realRedis) kill() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
	r.cmd = nil
}

func (r *realRedis) config(name, value string) {
	r.t.Helper()
	if err := r.rdb.ConfigSet(r.t.Context(), name, value).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// lines collects what a process writes.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The secrets of the processes under test.
const (
	testSecret = "a-made-up-secret-for-processes-under-test"
	hookSecret = "a-made-up-secret-that-telegram-sends"
)

// process is a running cobijo.
type process struct {
	t    testing.TB
	addr string
	cmd  *exec.Cmd
	logs *lines
	done chan error
	// private is what may stand in no log line and no metric.
	private *private
}

// private collects what people wrote and who they are.
type private struct {
	mu  sync.Mutex
	all map[string]bool
}

func (p *private) add(words ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]bool{}
	}
	for _, w := range words {
		if len(w) >= 6 { // shorter ones stand in innocent lines
			p.all[w] = true
		}
	}
}

// in names what of it stands in a text.
func (p *private) in(text string) (found []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text = strings.ToLower(text)
	for w := range p.all {
		if strings.Contains(text, strings.ToLower(w)) {
			found = append(found, w)
		}
	}
	return found
}

// launch starts cobijo and waits until it answers. Its log is looked at when it ended.
func launch(t testing.TB, secretWords *private, addr string, env ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, addr: addr, cmd: exec.Command(exe, "serve"), logs: &lines{}, done: make(chan error, 1), private: secretWords}
	p.private.add(testSecret, hookSecret)
	p.cmd.Env = append([]string{
		asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "HTTP_ADDR=" + addr, "COBIJO_LOG=json",
		"COBIJO_SECRET=" + testSecret, "COBIJO_PER_MINUTE=100000", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}, env...)
	p.cmd.Stderr = p.logs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.done <- p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.end)
	eventually(t, "cobijo answers", func() bool {
		select {
		case err := <-p.done:
			t.Fatalf("cobijo ended: %v\n%s", err, p.logs)
		default:
		}
		_, status := p.get("/healthz")
		return status == http.StatusOK
	})
	return p
}

// end kills it, and looks at what it logged.
func (p *process) end() {
	_ = p.cmd.Process.Kill()
	<-p.done
	logged := p.logs.String()
	for line := range strings.Lines(logged) {
		if !json.Valid([]byte(line)) {
			p.t.Errorf("a log line is no JSON: %s", line)
		}
		if found := p.private.in(line); len(found) > 0 {
			p.t.Errorf("a log line tells %q: %s", found, line)
		}
	}
	if p.t.Failed() {
		all := strings.Split(logged, "\n")
		p.t.Logf("the last of the log:\n%s", strings.Join(all[max(0, len(all)-12):], "\n"))
	}
}

// terminate asks it to end, and gives how it did.
func (p *process) terminate() error {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(patient):
		p.t.Fatalf("it did not end within %v", patient)
	}
	return nil
}

func (p *process) get(path string) (body string, status int) {
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Get("http://" + p.addr + path)
	if err != nil {
		return err.Error(), 0
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b), resp.StatusCode
}

// metric gives a metric's value by its line's beginning; -1 where there is none.
func (p *process) metric(name string) float64 {
	p.t.Helper()
	body, status := p.get("/metrics")
	if status != http.StatusOK {
		return -1
	}
	if found := p.private.in(body); len(found) > 0 {
		p.t.Errorf("the metrics tell %q", found)
	}
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			var v float64
			if _, err := fmt.Sscan(rest, &v); err == nil {
				return v
			}
		}
	}
	return -1
}

// ready tells what /readyz says.
func (p *process) ready() bool {
	_, status := p.get("/readyz")
	return status == http.StatusOK
}

// visitor is somebody with a browser.
type visitor struct {
	t       testing.TB
	p       *process
	client  http.Client
	token   string
	private *private
}

var (
	tokenField = regexp.MustCompile(`name="t" value="([^"]+)"`)
	nonceField = regexp.MustCompile(`name="n" value="([^"]+)"`)
)

func (p *process) visit() *visitor {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &visitor{t: p.t, p: p, client: http.Client{Jar: jar, Timeout: 30 * time.Second}, private: p.private}
}

// load opens the page.
func (v *visitor) load() (nonce string, err error) {
	resp, err := v.client.Get("http://" + v.p.addr + "/?lang=es")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	token, n := tokenField.FindSubmatch(body), nonceField.FindSubmatch(body)
	if token == nil || n == nil {
		return "", fmt.Errorf("no form; status %d", resp.StatusCode)
	}
	v.token = string(token[1])
	for _, c := range v.client.Jar.Cookies(resp.Request.URL) {
		v.private.add(c.Value, strings.SplitN(c.Value, ".", 2)[0])
	}
	v.private.add(v.token)
	return string(n[1]), nil
}

// send sends a message.
func (v *visitor) send(nonce, text string) (page string, status int, err error) {
	v.private.add(text)
	resp, err := v.client.PostForm("http://"+v.p.addr+"/", url.Values{"t": {v.token}, "n": {nonce}, "q": {text}})
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), resp.StatusCode, err
}

// ask opens the page, sends a message and gives what was answered.
func (v *visitor) ask(text string) string {
	v.t.Helper()
	nonce, err := v.load()
	if err != nil {
		v.t.Fatal(err)
	}
	page, status, err := v.send(nonce, text)
	if err != nil || status != http.StatusOK {
		v.t.Fatalf("status %d, %v, for a message of %d bytes", status, err, len(text))
	}
	return page
}

// hose is a way to a server that can be made slow.
type hose struct {
	addr  string
	delay atomic.Int64
}

func newHose(t testing.TB, to string) *hose {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	h := &hose{addr: l.Addr().String()}
	pour := func(to, from net.Conn) {
		defer to.Close()
		buf := make([]byte, 32<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				time.Sleep(time.Duration(h.delay.Load()))
				if _, err := to.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			go pour(out, in)
			go pour(in, out)
		}
	}()
	return h
}
