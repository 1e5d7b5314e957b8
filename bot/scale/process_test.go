package scale

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const webhookSecret = "a-secret-that-telegram-sends-along"

// build makes the program, unless COBIJO_BINARY names one.
func build(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("COBIJO_BINARY"); path != "" {
		return path
	}
	out := filepath.Join(t.TempDir(), "cobijo")
	cmd := exec.Command(program(t, "go"), "build", "-o", out, "cobijo/cmd/cobijo")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, b)
	}
	return out
}

// replica is one process of the assistant.
type replica struct {
	t      testing.TB
	addr   string
	binary string
	env    []string
	down   atomic.Bool // it is not sent anything: what stands before it noticed that it is down

	mu   sync.Mutex
	cmd  *exec.Cmd
	logs logs
}

// logs keeps the end of what a process logs.
type logs struct {
	mu sync.Mutex
	b  []byte
}

const logsKept = 1 << 20

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	if len(l.b) > 2*logsKept {
		l.b = bytes.Clone(l.b[len(l.b)-logsKept:])
	}
	return len(p), nil
}

func (l *logs) tail(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(string(l.b), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// newReplica starts a replica that ends with the test.
func newReplica(t testing.TB, binary, port, redis string, env ...string) *replica {
	t.Helper()
	r := &replica{t: t, addr: "127.0.0.1:" + port, binary: binary}
	r.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "COBIJO_SECRET=a secret of 32 bytes for testing", "COBIJO_PER_MINUTE=100000",
		"REDIS_URL=" + redis, "HTTP_ADDR=" + r.addr, "TELEGRAM_MODE=webhook", "TELEGRAM_WEBHOOK_SECRET=" + webhookSecret, "TELEGRAM_PER_SECOND=0",
		// However slowly this machine fails over, nothing is answered without memory.
		"COBIJO_REDIS_WAIT=60s",
	}, env...)
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *replica) start() {
	r.t.Helper()
	cmd := exec.Command(r.binary, "serve")
	cmd.Env = r.env
	cmd.Stderr = &r.logs
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.cmd = cmd
	r.mu.Unlock()
	within(r.t, longest, "a replica listens", func() bool { return listens(r.addr) })
	r.down.Store(false)
}

// kill ends the process at once.
func (r *replica) kill() { r.end(syscall.SIGKILL) }

func (r *replica) end(sig syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Signal(sig)
	_ = r.cmd.Wait()
	r.cmd = nil
}

func (r *replica) pid() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd == nil {
		return 0
	}
	return r.cmd.Process.Pid
}

// cpuTime is the processor time that a process took so far.
func cpuTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skip("SKIPPED: no /proc")
	}
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	sys, _ := strconv.Atoi(f[12])
	return time.Duration(user+sys) * 10 * time.Millisecond
}

// busy is the processor time that all processes of the machine took so far.
func busy(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		t.Skip("SKIPPED: no /proc")
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	ticks := 0
	for i, f := range strings.Fields(line)[1:9] {
		if n, _ := strconv.Atoi(f); i != 3 && i != 4 { // idle, and waiting for a disk
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory is what a process has in memory now, in bytes; 0 where that is not known.
func memory(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
