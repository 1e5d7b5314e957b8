//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// dripping opens a connection and sends one byte after another of what begins a request, for ever. It gives when the server ended it.
func dripping(t *testing.T, addr, begin string, every time.Duration) (lived time.Duration) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer c.Close()
	begun := time.Now()
	if _, err := io.WriteString(c, begin); err != nil {
		t.Error(err)
		return 0
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c) // until the server hangs up
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return time.Since(begun)
		case <-time.After(every):
			if _, err := c.Write([]byte("a")); err != nil {
				return time.Since(begun)
			}
			if time.Since(begun) > patient {
				t.Errorf("still open after %v", patient)
				return time.Since(begun)
			}
		}
	}
}

// Many connections that send next to nothing are ended by the server, and do not keep others from being answered meanwhile.
func TestSlowLoris(t *testing.T) {
	notInShort(t)
	t.Parallel()
	p := launch(t, &private{}, freeAddr(t))
	var wg sync.WaitGroup
	var mu sync.Mutex
	longest := map[string]time.Duration{}
	for name, begin := range map[string]string{
		"headers": "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"body":    "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nq=",
		"hook":    "POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
		"nothing": "",
	} {
		for range 20 { // the page's own limit of an address is above three times as many
			wg.Go(func() {
				lived := dripping(t, p.addr, begin, 500*time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				longest[name] = max(longest[name], lived)
			})
		}
	}
	time.Sleep(200 * time.Millisecond)
	p.visit().answered()
	wg.Wait()
	for name, d := range longest {
		t.Logf("%s: the longest of 20 lived %v", name, d.Round(100*time.Millisecond))
	}
	if !strings.HasPrefix(fmt.Sprint(p.get("/healthz")), "ok") {
		t.Error("it is not well afterwards")
	}
}

// What is too large is refused before it is read to its end.
func TestHTTPLimits(t *testing.T) {
	notInShort(t)
	t.Parallel()
	p := launch(t, &private{}, freeAddr(t))
	raw := func(request string, body io.Reader) int {
		t.Helper()
		c, err := net.Dial("tcp", p.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patient))
		go func() {
			_, _ = io.WriteString(c, request)
			if body != nil {
				_, _ = io.Copy(c, body)
			}
		}()
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return 0
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	const form = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for _, tt := range []struct {
		name, request string
		body          io.Reader
		want          int
	}{
		{"a header of 1 MB", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", nil, http.StatusRequestHeaderFieldsTooLarge},
		{"an address of 1 MB", "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: x\r\n\r\n", nil, http.StatusRequestHeaderFieldsTooLarge},
		{"a form of 1 MB", "POST / HTTP/1.1\r\n" + form + "Content-Length: 1048576\r\n\r\n", strings.NewReader("q=" + strings.Repeat("a", 1<<20-2)), http.StatusRequestEntityTooLarge},
		{"no HTTP", "\x16\x03\x01\x02\x00\r\n\r\n", nil, http.StatusBadRequest},
		{"two lengths", "POST / HTTP/1.1\r\n" + form + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nq", nil, http.StatusBadRequest},
		{"a length and chunks", "POST / HTTP/1.1\r\n" + form + "Content-Length: 5\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", nil, http.StatusNotImplemented},
		{"another method", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", nil, http.StatusMethodNotAllowed},
	} {
		if got := raw(tt.request, tt.body); got != tt.want {
			t.Errorf("%s: %d, not %d", tt.name, got, tt.want)
		}
	}
	if _, status := p.get("/healthz"); status != http.StatusOK {
		t.Error("it is not well afterwards")
	}
}
