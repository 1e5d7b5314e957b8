package store

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"cobijo/bot/dialogue"
)

// drawSession fills every field that a session has, also those that it gets one day.
func drawSession(t *rapid.T) (s dialogue.Session) {
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch f.Kind() {
		case reflect.String:
			f.SetString(rapid.String().Draw(t, name))
		case reflect.Bool:
			f.SetBool(rapid.Bool().Draw(t, name))
		case reflect.Int:
			f.SetInt(int64(rapid.IntRange(0, 1<<20).Draw(t, name)))
		case reflect.Slice:
			f.Set(reflect.ValueOf(rapid.SliceOf(rapid.String()).Draw(t, name)))
		default:
			t.Fatalf("%s is a %s: teach appendSession and this test", name, f.Kind())
		}
	}
	return s
}

func TestSessionComesBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSession(t)
		if diff := cmp.Diff(s, readSession(appendSession(nil, &s)), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-written +read)\n%s", diff)
		}
	})
}

// Before, sessions were JSON; some may be from then.
func TestSessionInJSONIsRead(t *testing.T) {
	s := dialogue.Session{Lang: "es", Country: "mx", Introduced: true, Offered: []string{"menu", "entry:mx/work"}, Discreet: 5}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, readSession(data)); diff != "" {
		t.Errorf("(-written +read)\n%s", diff)
	}
}

func FuzzReadSession(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte(`{"l":"es"}`))
	f.Add([]byte{sessionVersion, 7, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Add(appendSession(nil, &dialogue.Session{Lang: "en", Found: []string{"mx-04"}, Staff: true}))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := readSession(data)
		if diff := cmp.Diff(s, readSession(appendSession(nil, &s)), cmpopts.EquateEmpty()); diff != "" && s.Discreet >= 0 {
			t.Errorf("(-read +read again)\n%s", diff)
		}
	})
}
