package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"cobijo/bot/progress"
	"cobijo/bot/store"
)

// TestRemindersCommand goes through what an operator does: subscriptions, milestones, reports, calendar.
func TestRemindersCommand(t *testing.T) {
	m := miniredis.RunT(t)
	t.Setenv("REDIS_URL", "redis://"+m.Addr())
	t.Setenv("COBIJO_SECRET", "a secret of 32 bytes for testing")
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	add := []string{"reminders", "add", "asilo", "--team", "T1", "--channel", "C1", "--participant", "mx", "--theme", "detention", "--every", "monthly", "--day", "31",
		"--zone", "America/Mexico_City", "--answerer", "U1", "--owner", "U2", "--first", "2027-01-01"}
	milestones := file("m.yaml", "- commitment: mx-04\n  date: 2020-01-31\n  title: {es: Plan, en: Plan}\n  source: https://example.org/plan\n")
	export := ""
	for _, tt := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{[]string{"reminders", "list"}, 0, "No subscriptions.", ""},
		{add, 0, "asilo runs next on 2027-02-02 15:00 UTC", ""}, // 31 January is a Sunday, 1 February a holiday: Tuesday
		{append(slices.Clip(add), "--cron", "* * * * *"), 2, "", "exclude each other"},
		{[]string{"reminders", "add", "x", "--team", "T1", "--channel", "#c", "--zone", "Mars", "--every", "weekly"}, 2, "", "channel: "},
		{[]string{"reminders", "list"}, 0, "monthly 31", ""},
		{[]string{"reminders", "preview", "asilo"}, 0, "mx-04", ""},
		{[]string{"reminders", "preview", "none"}, 1, "", "no such subscription"},
		{[]string{"reminders", "pause", "asilo"}, 0, "", ""},
		{[]string{"reminders", "list"}, 0, "paused since", ""},
		{[]string{"reminders", "resume", "asilo"}, 0, "runs next", ""},
		{[]string{"reminders", "export"}, 0, "preset: monthly", ""},
		{[]string{"reminders", "delete", "asilo"}, 0, "", ""},
		{[]string{"reminders", "delete", "asilo"}, 1, "", "no such subscription"},
		{[]string{"reminders", "import", "EXPORT"}, 0, "1 subscriptions saved", ""},
		{[]string{"reminders", "import", file("bad.yaml", "- id: a\n  team: T1\n  channel: C1\n  hour: 25\n  chanel: x\n")}, 1, "", "bad.yaml:5: field chanel not found"},
		{[]string{"reminders", "import", "--dry-run", file("wrong.yaml", "- id: a\n  team: T1\n  channel: C1\n  commitments: [mx-04]\n  rhythm: {preset: weekly}\n  zone: America/Mexico_City\n  lang: es\n  first: 2026-11-25\n  hour: 25\n")}, 1, "", "wrong.yaml:9: hour: 25:00 is no time"},
		{[]string{"reminders", "import", filepath.Join(dir, "none.yaml")}, 1, "", "none.yaml"},
		{[]string{"reminders", "milestones"}, 0, "No milestones.", ""},
		{[]string{"reminders", "milestones", "--import", milestones}, 0, "1 milestones kept", ""},
		{[]string{"reminders", "milestones", "--import", file("m.ics", "hello")}, 1, "", "m.ics:1: "},
		{[]string{"reminders", "milestones"}, 0, "2020-01-31", ""},
		{[]string{"reminders", "failed"}, 0, "Nothing failed.", ""},
		{[]string{"reminders", "retry"}, 2, "", "--all"},
		{[]string{"reminders", "retry", "--all"}, 0, "0 are tried again", ""},
		{[]string{"reminders", "audit"}, 0, "", ""},
		{[]string{"reminders", "forget", "mx-04", "none", "--by", "Ana"}, 1, "", "none with that id"},
		{[]string{"reminders", "reseal"}, 0, "2 records sealed anew", ""},
		{[]string{"commitments", "--status", "overdue"}, 0, "mx-04", ""},
		{[]string{"commitments", "--status", "done"}, 0, "0 commitments", ""},
		{[]string{"commitments", "--status", "no-information", "--participant", "mx", "--format", "csv"}, 0, "no-information", ""},
		{[]string{"commitments", "--format", "ics"}, 0, "SUMMARY:mx-04: Plan", ""},
		{[]string{"commitments", "--format", "ics", "--lang", "es"}, 0, "compromisos", ""},
		{[]string{"commitments", "--format", "ics", "--participant", "ca"}, 1, "", "no milestone and no review"},
	} {
		for i, a := range tt.args {
			if a == "EXPORT" {
				tt.args[i] = file("export.yaml", export)
			}
		}
		out, errs, code := command(t, tt.args...)
		if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.err) || tt.err == "" && errs != "" {
			t.Errorf("cobijo %v: exit %d, out %.300q, err %.300q", tt.args, code, out, errs)
		}
		if tt.args[1] == "export" {
			export = out
		}
	}
	if out, _, _ := command(t, "reminders", "audit", "--format", "csv"); out == "" {
		t.Error("an audit without a heading")
	} else if _, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil {
		t.Error(err)
	}
	rdb, err := store.Connect("redis://" + m.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer rdb.Close()
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := progress.NewBook(st, nil).Add(t.Context(), progress.Report{Commitment: "mx-04", Kind: progress.Claimed, Status: progress.Done, Who: progress.Person{ID: "U1", Name: "Ana"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		out  string
	}{
		{[]string{"commitments", "--status", "done"}, "1 commitment."},
		{[]string{"commitments", "--status", "overdue"}, "0 commitments."}, // its milestone is met
		{[]string{"commitments", "--status", "done", "--format", "csv"}, ",done\n"},
		{[]string{"commitments", "--participant", "mx", "--format", "json"}, `"status": "done"`},
		{[]string{"reminders", "audit", "--commitment", "mx-04"}, `"name":"Ana"`},
		{[]string{"reminders", "forget", "mx-04", r.ID, "--by", "Eva"}, ""},
		{[]string{"reminders", "audit", "--format", "csv"}, ",Eva,"},
		{[]string{"commitments", "--status", "done"}, "0 commitments."},
	} {
		if out, errs, code := command(t, tt.args...); code != exitFine || !strings.Contains(out, tt.out) {
			t.Errorf("cobijo %v: exit %d, out %.300q, err %.300q", tt.args, code, out, errs)
		}
	}
	m.Close()
	if _, errs, code := command(t, "reminders", "list"); code != exitFailed || errs == "" {
		t.Errorf("without a server: exit %d, %q", code, errs)
	}
	t.Setenv("REDIS_URL", "")
	if _, errs, code := command(t, "reminders", "list"); code != exitFailed || !strings.Contains(errs, "REDIS_URL is missing") {
		t.Errorf("without an address: exit %d, %q", code, errs)
	}
}
