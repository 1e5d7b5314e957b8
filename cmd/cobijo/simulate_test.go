package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSimulateReplays(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts the whole assistant")
	}
	recording, err := os.ReadFile("../../bot/dialogue/testdata/es-cobertura.txt")
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.txt")
	if err := os.WriteFile(other, []byte("@ es\n\n> hola\n\n  [menu es ]\n  Algo que nadie dice.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	same := filepath.Join(t.TempDir(), "same.txt")
	if err := os.WriteFile(same, recording, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want int
		says string
	}{
		"same":            {[]string{"--replay", same, "--day", "2026-11-25", "--operator", "Casa Ejemplo"}, exitFine, "\n> "},
		"other":           {[]string{"--replay", other, "--wait", "200ms"}, exitFailed, "≠ recorded: … algo que nadie dice …"},
		"no such day":     {[]string{"--replay", same, "--day", "tomorrow"}, exitUsage, ""},
		"for others too":  {[]string{"--http-addr", "0.0.0.0:0"}, exitUsage, ""},
		"no address":      {[]string{"--http-addr", "localhost"}, exitUsage, ""},
		"no such channel": {[]string{"--replay", same, "--on", "letter"}, exitUsage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			if code := run(t.Context(), append([]string{"simulate"}, tc.args...), strings.NewReader(""), &out, &errOut); code != tc.want {
				t.Errorf("exit code %d, want %d: %s", code, tc.want, errOut.String())
			}
			if !strings.Contains(out.String(), tc.says) {
				t.Errorf("no %q in\n%s", tc.says, out.String())
			}
		})
	}
}

func TestSimulateServes(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts the whole assistant")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	var errOut bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"simulate", "--http-addr", "localhost:0"}, strings.NewReader(""), write, &errOut)
		write.Close()
	}()
	buf := make([]byte, 200)
	n, err := read.Read(buf)
	to := regexp.MustCompile(`http://\S+`).FindString(string(buf[:n]))
	if err != nil || to == "" {
		t.Fatalf("said %q, %v: %s", buf[:n], err, errOut.String())
	}
	resp, err := http.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if page, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "Telegram") {
		t.Errorf("page: %d, %v", resp.StatusCode, err)
	}
	cancel()
	if code := <-ended; code != exitFine {
		t.Errorf("ended with %d: %s", code, errOut.String())
	}
}
