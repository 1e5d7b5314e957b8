package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/seeds"
)

func command(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &o, &e)
	return o.String(), e.String(), code
}

func TestPoster(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string
		head string // how the file begins
		err  string // what standard error says
		code int
	}{
		{"mx.pdf", []string{"--country", "mx", "--topic", "deadlines", "--lang", "es", "--link", "https://x.example"}, "%PDF-", "", exitFine},
		{"mx.SVG", []string{"--country", "MX", "--topic", "deadlines", "--lang", "en", "--telegram", "@cobijo_bot", "--paper", "letter"}, "<svg ", "", exitFine},
		{"mx.png", []string{"--country", "mx", "--topic", "work", "--dpi", "72"}, "\x89PNG", "The code leads to https://help.unhcr.org/mexico/", exitFine},
		{"mx.doc", []string{"--country", "mx", "--topic", "work"}, "", "ends in .pdf, .svg or .png", exitUsage},
		{"1.png", []string{"--country", "mx", "--topic", "work", "--dpi", "5000"}, "", "--dpi is 72 to 600", exitUsage},
		{"2.pdf", []string{"--country", "xx", "--topic", "work"}, "", `no country "xx"`, exitUsage},
		{"3.pdf", []string{"--country", "mx", "--topic", "xx"}, "", `no topic "xx"`, exitUsage},
		{"4.pdf", []string{"--country", "br", "--topic", "internal-displacement"}, "", "no entry of its own", exitFailed},
		{"5.pdf", []string{"--country", "mx", "--topic", "work", "--link", "x"}, "", "no web address", exitUsage},
		{"6.pdf", []string{"--country", "mx", "--topic", "work", "--telegram", "x"}, "", "no name of a Telegram bot", exitUsage},
		{"7.pdf", []string{"--country", "mx", "--topic", "work", "--telegram", "cobijo_bot", "--link", "https://x.example"}, "", "--link", exitUsage},
		{"no/8.pdf", []string{"--country", "mx", "--topic", "work"}, "", "no such file", exitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(dir, tt.name)
			_, errs, code := command(t, append([]string{"poster", "--out", file}, tt.args...)...)
			if code != tt.code || !strings.Contains(errs, tt.err) || tt.err == "" && errs != "" {
				t.Errorf("code %d, %q; want %d, %q", code, errs, tt.code, tt.err)
			}
			data, err := os.ReadFile(file)
			if (err == nil) != (tt.head != "") || !bytes.HasPrefix(data, []byte(tt.head)) {
				t.Errorf("the file begins with %q, %v", data[:min(len(data), 10)], err)
			}
		})
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestPreview(t *testing.T) {
	out, errs, code := command(t, "preview", "mx/deadlines", "--lang", "en")
	if code != exitFine {
		t.Fatalf("code %d: %s", code, errs)
	}
	for _, want := range []string{
		"== Telegram, HTML\n", "<b>Mexico · Time limit to apply</b>", "== Slack, mrkdwn\n", "*Mexico · Time limit to apply*", "== Web, HTML\n",
		"<strong>Mexico · Time limit to apply</strong>", "== Terminal\n", `== Terminal, after "more"`, "1  Read more",
		"== mx/deadlines in en: reviewed ", "words in the one-line answer", "Flesch-Kincaid", "Telegram, UTF-16 units", "at most 4096",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "NOT REACHED") {
		t.Errorf("a bar is not reached:\n%s", out)
	}
	for _, bad := range []string{"mx", "xx/deadlines", "mx/xx", "/"} {
		if _, _, code := command(t, "preview", bad); code != exitUsage {
			t.Errorf("%q: code %d", bad, code)
		}
	}
}

// An editor sees the files that they changed.
func TestPreviewOfAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, seeds.FS); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "guidance", "mx", "deadlines.es.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	long := "Tiene treinta días " + strings.Repeat("muy ", 30) + "hábiles."
	changed := strings.Replace(string(text), "Pedir refugio es gratis.", long, 1)
	if err := os.WriteFile(file, []byte(changed), fs.FileMode(0o600)); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, "preview", "mx/deadlines", "--seeds", dir)
	if code != exitFine {
		t.Fatalf("code %d: %s", code, errs)
	}
	if !strings.Contains(out, "Tiene treinta días muy muy") || !strings.Contains(out, "NOT REACHED") {
		t.Errorf("the changed text is not shown, or its long sentence not told:\n%s", out)
	}
}

func TestStale(t *testing.T) {
	l, faults := guidance.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	reviewed := l.Reviewed()
	list := func(days, within int) string {
		var b bytes.Buffer
		if err := stale(&b, l, reviewed.AddDate(0, 0, days), within); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := list(1, 30); !strings.Contains(got, "Nothing of ") || !strings.Contains(got, "Next: ") {
		t.Errorf("on the day after the review:\n%s", got)
	}
	// What changes often is due after 90 days, the rest after 180.
	got := list(85, 30)
	if !strings.Contains(got, "in 5 days") || !strings.Contains(got, "changes often") || strings.Contains(got, "in 95 days") {
		t.Errorf("after 85 days:\n%.2000s", got)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if strings.Contains(line, "in 5 days") && !strings.Contains(line, "changes often") {
			t.Errorf("due too soon: %s", line)
		}
	}
	if got := list(100, 30); !strings.Contains(got, "10 days ago") {
		t.Errorf("after 100 days:\n%.2000s", got)
	}
	if got := list(400, 0); strings.Contains(got, "Next: ") {
		t.Errorf("after a year all is due:\n%.2000s", got)
	}
	// Numbers without a date, and old ones, are to be checked again; those of today are not.
	if got := list(1, 30); !strings.Contains(got, "Telephone numbers of crisis replies") || !strings.Contains(got, "undated") {
		t.Errorf("no numbers are listed:\n%s", got)
	}
	for _, c := range l.Countries {
		for _, ct := range l.Contacts(c.Code) {
			ct.AsOf = guidance.Day(reviewed.Time)
		}
	}
	if got := list(1, 30); !strings.Contains(got, "Every telephone number") {
		t.Errorf("numbers of yesterday are listed:\n%s", got)
	}
	if got := list(92, 30); !strings.Contains(got, "emergencias-911") {
		t.Errorf("numbers of 92 days ago are not listed:\n%s", got)
	}
}

func TestStaleCommand(t *testing.T) {
	out, errs, code := command(t, "check", "--stale", "--within", "1000")
	if code != exitFine || errs != "" || !strings.Contains(out, "mx/deadlines") || !strings.Contains(out, "oldest source") {
		t.Errorf("code %d, %q:\n%.1000s", code, errs, out)
	}
	if got := due(int(-48 * time.Hour / (24 * time.Hour))); got != "2 days ago" {
		t.Errorf("got %q", got)
	}
	if due(0) != "today" {
		t.Errorf("got %q", due(0))
	}
}
