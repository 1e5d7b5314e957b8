package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// TestMoveCommand moves what is lasting from one Redis to another with another secret.
func TestMoveCommand(t *testing.T) {
	from, to := miniredis.RunT(t), miniredis.RunT(t)
	at := func(m *miniredis.Miniredis, secret string) {
		t.Setenv("REDIS_URL", "redis://"+m.Addr())
		t.Setenv("COBIJO_SECRET", secret)
	}
	const oldKey, newKey = "a secret of 32 bytes for testing", "another secret of bytes as long"
	at(from, oldKey)
	ok := func(args ...string) (out, errs string) {
		t.Helper()
		out, errs, code := command(t, args...)
		if code != exitFine {
			t.Fatalf("cobijo %v: exit %d, %s", args, code, errs)
		}
		return out, errs
	}
	ok("reminders", "add", "asilo", "--team", "T1", "--channel", "C1", "--participant", "mx", "--theme", "detention", "--every", "weekly", "--weekday", "wed",
		"--zone", "America/Mexico_City", "--answerer", "U1", "--owner", "U2")
	rdb, err := store.Connect("redis://" + from.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte(oldKey)}})
	if err != nil {
		t.Fatal(err)
	}
	book := progress.NewBook(st, nil)
	if _, err := book.Add(t.Context(), progress.Report{Commitment: "mx-04", Kind: progress.Claimed, Status: progress.Done, Who: progress.Person{ID: "U1", Name: "Ana"}}); err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(t.TempDir(), "cobijo.jsonl")
	if _, errs := ok("export", "--out", file); !strings.Contains(errs, "Exported report: 1, subscription: 1") {
		t.Errorf("it says %q", errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	printed, _ := ok("export")
	if lines := strings.Count(printed, "\n"); lines != strings.Count(string(text), "\n") || lines != 4 {
		t.Errorf("%d lines are printed:\n%s", lines, printed)
	}

	at(to, newKey)
	if out, _ := ok("import", "--dry-run", file); !strings.Contains(out, "would be new") || !strings.Contains(out, "subscription  1             0") {
		t.Errorf("it says\n%s", out)
	}
	if keys := to.Keys(); len(keys) > 0 {
		t.Errorf("a dry run wrote %v", keys)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.jsonl")
	for name, tt := range map[string]struct{ text, want string }{
		"cut off": {strings.Join(strings.SplitAfter(string(text), "\n")[:3], ""), "nothing was imported: the end is missing"},
		"changed": {strings.Replace(string(text), `"hour":9`, `"hour":8`, 1), "nothing was imported: "},
		"another": {"hello\n", "nothing was imported: this is no file that cobijo export made"},
		"unknown": {strings.Replace(string(text), `"kind":"report"`, `"kind":"dream"`, 1), `nothing was imported: line 3: records of kind "dream" are not known here`},
	} {
		if err := os.WriteFile(damaged, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, errs, code := command(t, "import", damaged); code != exitFailed || !strings.Contains(errs, tt.want) || len(to.Keys()) > 0 {
			t.Errorf("%s: exit %d, %q; there is %v", name, code, errs, to.Keys())
		}
		if _, errs, code := command(t, "import", "--dry-run", damaged); code != exitFailed || !strings.Contains(errs, "it would not be imported") {
			t.Errorf("%s, dry: exit %d, %q", name, code, errs)
		}
	}
	code, out, errs := cobijo(t, string(text), "import", "-")
	if code != exitFine || !strings.Contains(out, "subscription  1    0") || !strings.Contains(out, "report        1    0") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if out, _ := ok("import", file); !strings.Contains(out, "subscription  0    1") {
		t.Errorf("the second time it says\n%s", out)
	}
	if out, _ := ok("reminders", "list"); !strings.Contains(out, "asilo") || strings.Contains(out, "never") {
		t.Errorf("no run is planned:\n%s", out)
	}
	if out, _ := ok("commitments", "--status", "done"); !strings.Contains(out, "1 commitment.") {
		t.Errorf("what was reported is not there:\n%s", out)
	}

	// Nothing is lost in silence: what no key opens is told, and the rest is written.
	at(from, newKey)
	if _, errs, code := command(t, "export", "--out", file); code != exitFailed || !strings.Contains(errs, "left out, since no key of COBIJO_SECRET opens it: report: 1, subscription: 1") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if _, errs, code := command(t, "export", "--out", filepath.Join(file, "none")); code != exitFailed || !strings.Contains(errs, "write export") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if _, errs, code := command(t, "import", file+".none"); code != exitFailed || !strings.Contains(errs, "read export") {
		t.Errorf("exit %d, %q", code, errs)
	}
	from.Close()
	if _, errs, code := command(t, "export"); code != exitFailed || errs == "" {
		t.Errorf("without a server: exit %d, %q", code, errs)
	}
	t.Setenv("REDIS_URL", "")
	if _, errs, code := command(t, "export"); code != exitFailed || !strings.Contains(errs, "REDIS_URL is missing") {
		t.Errorf("without an address: exit %d, %q", code, errs)
	}
}
