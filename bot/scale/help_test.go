// Package scale drives whole processes of the assistant, several at a time, on real Redis servers that fail: what it counts is
// that nothing is lost, nothing is said twice and each chat keeps its order. It holds tests alone.
package scale

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// longest is how long something may take that a busy machine does late; no test depends on how fast it is.
const longest = time.Minute

// program finds a program; where it is missing the test is skipped, loudly, and fails where nothing may be missing.
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

// ports gives n ports that nobody listens on, all different. They are none of those from which connections go out: a server that is
// started again would find its port taken.
func ports(t testing.TB, n int) []string {
	t.Helper()
	const first, count = 20_000, 12_000
	var all []string
	for tries := 0; len(all) < n; tries++ {
		if tries > count {
			t.Fatal("no free ports")
		}
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(first+rand.IntN(count)))
		if err != nil {
			continue
		}
		defer l.Close() // held until all are chosen, so that none is chosen twice
		all = append(all, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return all
}

// within waits for something that another process brings about.
func within(t testing.TB, d time.Duration, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", d, what)
		}
	}
}

func listens(addr string) bool {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// seconds reads a setting of a measurement, in seconds or as a duration; 0 where it is not set.
func seconds(t testing.TB, name string) time.Duration {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil {
		return time.Duration(n * float64(time.Second))
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		t.Fatalf("%s is %q: a time such as 90s or 10m", name, v)
	}
	return d
}
