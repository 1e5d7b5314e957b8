package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// cobijo runs a command as a shell would.
func cobijo(t *testing.T, in string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		code     int
		out, err string // what each holds
	}{
		{[]string{"--help"}, 0, "serve", ""},
		{[]string{"ask", "--help"}, 0, "--batch", ""},
		{[]string{"version"}, 0, "188 commitments", ""},
		{[]string{"check", "--only", "guidance/mx"}, 0, "", ""},
		{[]string{}, 2, "", "expected"},
		{[]string{"nonsense"}, 2, "", "nonsense"},
		{[]string{"ask"}, 2, "", "--batch"},
		{[]string{"ask", "--lang", "xx", "hola"}, 2, "", "--lang"},
		{[]string{"ask", "--batch", "/no/such/file"}, 1, "", "/no/such/file"},
		{[]string{"serve", "--redis-url", "redis://localhost:1"}, 1, "", "COBIJO_SECRET"},
		{[]string{"serve", "--session-ttl", "48h"}, 1, "", "COBIJO_SESSION_TTL"},
		{[]string{"serve", "--secret", "short"}, 1, "", "COBIJO_SECRET"},
		{[]string{"serve", "--redis-url", "nonsense://x", "--secret", "0123456789abcdef"}, 1, "", "REDIS_URL"},
		{[]string{"serve", "--http-addr", "nowhere:nothing"}, 1, "", "HTTP_ADDR"},
		{[]string{"commitments", "--participant", "nobody"}, 2, "", "nobody"},
		{[]string{"commitments", "--participant", "mx", "--theme", "detention"}, 0, "mx-04", ""},
	} {
		code, out, errOut := cobijo(t, "", tt.args...)
		if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(errOut, tt.err) {
			t.Errorf("cobijo %v: exit %d, out %.200q, err %.200q", tt.args, code, out, errOut)
		}
	}
}

func TestAsk(t *testing.T) {
	code, out, _ := cobijo(t, "", "ask", "--json", "--country", "mx", "cuanto tiempo tengo para pedir refugio")
	var a answerLine
	if err := json.Unmarshal([]byte(out), &a); code != 0 || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if a.Kind != "guidance" || a.ID != "mx/deadlines" || a.Country != "mx" || a.Lang != "es" || len(a.Sources) == 0 || len(a.Choices) == 0 || !strings.Contains(a.Text, "30 días hábiles") {
		t.Errorf("%+v", a)
	}
}

// A batch answers in order, keeps each chat's memory, presses buttons, and goes on after a line that it cannot read.
func TestBatch(t *testing.T) {
	in := `{"q":"how long do i have to ask for asylum in mexico","chat":"a"}
not json
{"q":"can i work","chat":"b","country":"ca"}
{"q":"and in panama?","chat":"a"}
{"choice":"more:pa/deadlines","chat":"a"}
{}
{"q":"` + strings.Repeat("x", maxLine) + `"}

{"q":"se compromete México a algo sobre detención","lang":"es"}`
	code, out, errOut := cobijo(t, in, "ask", "--batch", "-")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	want := []string{`"id":"mx/deadlines"`, `"error":"line 2:`, `"id":"ca/work"`, `"id":"pa/deadlines"`, `"id":"pa/deadlines"`, `"error":"line 6:`, `"error":"line 7: longer`, `"kind":"commitments"`}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%.2000s", len(lines), len(want), out)
	}
	for i, w := range want {
		if !strings.Contains(lines[i], w) {
			t.Errorf("line %d is without %s: %.300s", i+1, w, lines[i])
		}
		if !json.Valid([]byte(lines[i])) {
			t.Errorf("line %d is no JSON", i+1)
		}
	}
}

func FuzzBatch(f *testing.F) {
	d, _, err := loadDialogue()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"q":"hola","chat":"a"}`))
	f.Add([]byte("{\"q\":null}\n\n{]"))
	f.Add([]byte("\xff\xfe{"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		if err := newAsker(d).batch(bytes.NewReader(in), &out); err != nil {
			t.Fatal(err)
		}
		dec := json.NewDecoder(&out)
		for {
			var line map[string]any
			if err := dec.Decode(&line); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The program serves what it says, and ends when it is told to.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"serve", "--http-addr", "localhost:0"}, strings.NewReader(""), w, io.Discard)
		_ = w.Close() // who waits for the address learns that there is none
		ended <- code
	}()
	buf := make([]byte, 200)
	n, err := r.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	addr := regexp.MustCompile(`http://\S+`).FindString(string(buf[:n]))
	for path, want := range map[string]string{"/": "Cobijo", "/healthz": "ok", "/readyz": "ready", "/commitments": "mx-04"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, %v, without %q", path, res.StatusCode, err, want)
		}
	}
	stop()
	select {
	case code := <-ended:
		if code != exitFine {
			t.Errorf("it ended with %d", code)
		}
	case <-time.After(shutdownTime + 5*time.Second):
		t.Error("it did not end")
	}
}
