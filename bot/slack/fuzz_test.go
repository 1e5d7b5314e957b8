package slack

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// samples are what Slack really sends: those that its java-slack-sdk publishes, in the folder that COBIJO_SLACK_SAMPLES names.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	dir := os.Getenv("COBIJO_SLACK_SAMPLES")
	if dir == "" {
		t.Log("NOT TESTED AGAINST SLACK'S SAMPLES: COBIJO_SLACK_SAMPLES names no folder")
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".json" {
			if data, err := os.ReadFile(path); err == nil {
				all[filepath.Base(path)] = data
			}
		}
		return nil
	})
	if len(all) == 0 {
		t.Error("COBIJO_SLACK_SAMPLES names a folder without samples")
	}
	return all
}

// TestSamples reads what Slack really sends.
func TestSamples(t *testing.T) {
	me := identity{user: "U0BOT", bot: "B0BOT", team: "T0"}
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			o, err := readOuter(data)
			if err != nil {
				if strings.Contains(name, "Payload") && !strings.Contains(name, "Callback") && json.Valid(data) {
					t.Fatalf("%v", err)
				}
				return
			}
			if m := o.Event.spoken(me); m != nil {
				_ = m.id()
				_ = plainText(m.Text, me.user)
			}
			_ = o.lane()
			switch {
			case strings.HasPrefix(name, "BlockAction"), strings.HasPrefix(name, "MessageShortcut"), strings.HasPrefix(name, "ViewSubmission"), strings.HasPrefix(name, "ViewClosed"):
				var some map[string]any
				if err := json.Unmarshal(data, &some); err != nil {
					t.Fatal(err)
				}
				filled := bytes.ReplaceAll(bytes.ReplaceAll(data, []byte(`"id": ""`), []byte(`"id": "U1"`)), []byte(`"type": ""`), []byte(`"type": "button"`))
				if _, err := readInteraction(filled); err != nil && some["user"] != nil {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func FuzzEvent(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
	}
	f.Add([]byte(`{"type":"event_callback","event":{"type":"message","channel":{"id":"C1"},"user":"U1","ts":"1.2","text":"<@U0BOT> a &lt;b&gt;"}}`))
	f.Add([]byte(`{"event":{"type":"message","subtype":"message_changed","message":{"user":"U1","ts":"1","edited":{"ts":"2"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := readOuter(data)
		if err != nil {
			return
		}
		_ = o.lane()
		for e := &o.Event; e != nil; e = e.Message {
			if m := e.spoken(identity{user: "U0BOT"}); m != nil && (m.User == "" || m.User == "U0BOT" || m.Bot != "") {
				t.Fatalf("a bot is answered: %+v", m)
			}
			_ = e.files()
			text := plainText(e.Text, "U0BOT")
			if utf8.ValidString(e.Text) && !utf8.ValidString(text) {
				t.Fatalf("%q became %q", e.Text, text)
			}
		}
	})
}

func FuzzInteraction(f *testing.F) {
	for name, data := range samples(f) {
		if strings.Contains(name, "Payload") {
			f.Add(data)
		}
	}
	f.Add([]byte(`{"type":"block_actions","user":{"id":"U1"},"actions":[{"block_id":"b","action_id":"list#1","value":"1:[\"mx\"]"}],"container":{"is_ephemeral":true}}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		cb, err := readInteraction(data)
		if err != nil {
			return
		}
		for i := range cb.Actions {
			_ = pressOf(cb, &cb.Actions[i])
		}
		_ = reportOf(&cb.View)
		_, _ = readAbout(cb.View.Private)
	})
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte("command=%2Fcommitments&user_id=U1&text=mx+detention&trigger_id=1"))
	f.Add([]byte("a=%zz;"))
	base, err := readBase()
	if err != nil {
		f.Fatal(err)
	}
	c := &Channel{base: base, o: Options{Now: nil}}
	f.Fuzz(func(t *testing.T, data []byte) {
		cmd, err := readCommand(data)
		if err != nil {
			return
		}
		q := c.readQuery(plainText(cmd.Text, "U0BOT"))
		if got, _ := c.queryOf(q.args("3")); len(got.participants) != len(q.participants) || got.theme != q.theme {
			t.Fatalf("%+v became %+v", q, got)
		}
	})
}

func FuzzParcel(f *testing.F) {
	f.Add((&parcel{Method: methodPost, Channel: "C1", Text: "x"}).bytes())
	f.Add([]byte(`{"m":"respond","b":[{"type":"unheard"},{"type":"section","text":{"type":"mrkdwn","text":"x"}}]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if p, err := readParcel(data); err == nil {
			_ = p.bytes()
		}
		_, _ = readValue(string(data))
	})
}
