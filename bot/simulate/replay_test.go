package simulate_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cobijo/bot/simulate"
)

var (
	update   = flag.Bool("update", false, "write the recordings on Slack as the assistant answers now")
	patience = simulate.Patience{Most: time.Minute, Quiet: 2 * time.Second}
)

// The recorded conversations of the dialogue are the same over a real wire.
func TestReplayOnTelegram(t *testing.T) {
	files, err := filepath.Glob("../dialogue/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	r := start(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var out bytes.Buffer
			n, err := r.Replay(t.Context(), simulate.OnTelegram, f, &out, patience)
			if err != nil || n > 0 {
				t.Errorf("%d differences, %v\n%s", n, err, out.String())
			}
		})
	}
}

// What is said on Slack alone is recorded here, in both languages.
func TestReplayOnSlack(t *testing.T) {
	files, err := filepath.Glob("testdata/slack-*.txt")
	if err != nil || len(files) < 2 {
		t.Fatalf("no recordings: %v", err)
	}
	r := start(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			n, err := r.Replay(t.Context(), simulate.OnSlack, bytes.NewReader(recorded), &out, patience)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, withoutDifferences(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if n > 0 {
				t.Errorf("%d differences\n%s", n, out.String())
			}
		})
	}
}

// withoutDifferences leaves of what a replay wrote what it is to be recorded.
func withoutDifferences(out string) []byte {
	var kept []string
	for line := range strings.SplitSeq(out, "\n") {
		if !strings.HasPrefix(line, "  ≠") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n"))
}

func TestReplayTellsDifferences(t *testing.T) {
	r := start(t)
	for name, tc := range map[string]struct {
		recording string
		differ    int
		want      string
	}{
		"other words": {"@ es\n> hola\n\n  Otra cosa.\n", 1, "≠ recorded: … otra cosa …"},
		"no such key": {"@ es\n> hola\n\n  Otra cosa.\n* no hay tal\n", 2, `≠ no key says "no hay tal"`},
	} {
		var out bytes.Buffer
		n, err := r.Replay(t.Context(), simulate.OnTelegram, strings.NewReader(tc.recording), &out, simulate.Patience{Most: time.Minute, Quiet: 300 * time.Millisecond})
		if err != nil || n != tc.differ || !strings.Contains(out.String(), tc.want) {
			t.Errorf("%s: %d differences, %v\n%s", name, n, err, out.String())
		}
	}
	for name, recording := range map[string]string{"nothing": "", "an answer first": "hola\n> hola", "a remark alone": "# nobody\n"} {
		if _, err := r.Replay(t.Context(), simulate.OnTelegram, strings.NewReader(recording), &bytes.Buffer{}, patience); err == nil {
			t.Errorf("%s was played", name)
		}
	}
	if _, err := r.Replay(t.Context(), "letter", strings.NewReader("> hola"), &bytes.Buffer{}, patience); err == nil {
		t.Error("played on an unknown channel")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Replay(ended, simulate.OnTelegram, strings.NewReader("> hola"), &bytes.Buffer{}, patience); err == nil {
		t.Error("played after its end")
	}
}
