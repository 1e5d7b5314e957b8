package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"cobijo/bot/store"
)

// marks are words that nobody but the person wrote; none may be found anywhere afterwards.
var marks = []string{"Zoraida", "Quetzalli", "Xochimancas", "MXQ-77120", "5587654321", "amenazaron"}

const markedChat = "chat-9081726354"

// markedTalk is a talk of many kinds in which the marks are said.
func markedTalk() []Message {
	texts := []string{
		"Hola, me llamo Zoraida Quetzalli",
		"me amenazaron de muerte en Xochimancas, tengo miedo",
		"mi numero de caso es MXQ-77120 y mi telefono 5587654321",
		"como pido asilo en mexico si me llamo Zoraida",
		"what did Mexico commit to for Quetzalli women",
		"Zoraida", "quiero morir, firma Zoraida", "/country Xochimancas", "/commitments Quetzalli", "/xyzzy Zoraida",
		"cuanto tiempo tengo, entre el 3 de noviembre con Quetzalli", "asdf qwer Xochimancas zxcv",
		strings.Repeat("Zoraida ", 400), "2", "y para mi hija Quetzalli?",
	}
	var talk []Message
	for i, text := range texts {
		talk = append(talk, said(fmt.Sprint("Zoraida-", i), markedChat, text))
	}
	for i, choice := range []string{"Zoraida", "country:Xochimancas", "t:Quetzalli", "useful:Zoraida", "\x00Zoraida", "mx/deadlines/Zoraida"} {
		talk = append(talk, pressed(fmt.Sprint("press-", i), markedChat, choice))
	}
	return talk
}

func TestNothingThatWasWrittenIsKept(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{PerMinute: 1000})
	look := func(when string) {
		t.Helper()
		n := 0
		for key, text := range dump(t, b.rdb) {
			n++
			for _, mark := range append(slices.Clone(marks), markedChat, "9081726354") {
				if strings.Contains(strings.ToLower(key+text), strings.ToLower(mark)) {
					t.Errorf("%s: %q stands in Redis: %s", when, mark, key)
				}
			}
		}
		if n < 3 {
			t.Errorf("%s: only %d keys: this looks at nothing", when, n)
		}
	}
	for i, m := range markedTalk() {
		mustHandle(t, b.Service, m)
		// What is remembered is sealed: open it, and look into it.
		turn, err := b.store.Begin(t.Context(), m.Channel, m.Chat, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.store.End(t.Context(), turn, "", turn.Session, false); err != nil {
			t.Fatal(err)
		}
		for _, mark := range marks {
			if session := fmt.Sprintf("%+v", turn.Session); strings.Contains(strings.ToLower(session), strings.ToLower(mark)) {
				t.Errorf("after message %d the session holds %q: %s", i, mark, session)
			}
		}
		look(fmt.Sprint("after message ", i))
	}
	mustHandle(t, b.Service, said("last", markedChat, "salir"))
	look("after forgetting")
	for key := range dump(t, b.rdb) {
		if strings.HasSuffix(key, ":s") {
			t.Errorf("after forgetting %s is still there", key)
		}
	}
}

// dump gives all that Redis holds, of whatever type, as text. Each key must expire.
func dump(t *testing.T, rdb redis.UniversalClient) map[string]string {
	t.Helper()
	ctx := t.Context()
	all := map[string]string{}
	scan := rdb.Scan(ctx, 0, "*", 100).Iterator()
	for scan.Next(ctx) {
		key := scan.Val()
		if ttl := rdb.PTTL(ctx, key).Val(); ttl <= 0 {
			t.Errorf("%s never expires", key)
		}
		switch kind := rdb.Type(ctx, key).Val(); kind {
		case "string":
			all[key] = rdb.Get(ctx, key).Val()
		case "hash":
			all[key] = fmt.Sprint(rdb.HGetAll(ctx, key).Val())
		case "list":
			all[key] = fmt.Sprint(rdb.LRange(ctx, key, 0, -1).Val())
		case "set":
			all[key] = fmt.Sprint(rdb.SMembers(ctx, key).Val())
		case "zset":
			all[key] = fmt.Sprint(rdb.ZRange(ctx, key, 0, -1).Val())
		case "stream":
			all[key] = fmt.Sprint(rdb.XRange(ctx, key, "-", "+").Val())
		default:
			t.Errorf("%s is a %s: teach this test to read it", key, kind)
		}
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNothingThatWasWrittenIsLogged(t *testing.T) {
	working, down, broken := newBench(t, realDialogue(t), store.Options{PerMinute: 10}), newBench(t, realDialogue(t), store.Options{}), newBench(t, nil, store.Options{})
	down.stop()
	for name, b := range map[string]*bench{"working": working, "store down": down, "panicking": broken} {
		for _, m := range markedTalk() {
			_, err := b.Handle(t.Context(), m)
			for _, mark := range append(slices.Clone(marks), markedChat) {
				if err != nil && strings.Contains(err.Error(), mark) {
					t.Errorf("%s: an error holds %q: %v", name, mark, err)
				}
			}
		}
		for _, mark := range append(slices.Clone(marks), markedChat) {
			if strings.Contains(b.logs.String(), mark) {
				t.Errorf("%s: %q stands in the log", name, mark)
			}
		}
		if name != "working" && b.logs.Len() == 0 {
			t.Errorf("%s: nothing was logged: this looks at nothing", name)
		}
	}
}

// What is counted of a talk is of closed lists: what, which country, which topic.
func TestCountsAreOfClosedLists(t *testing.T) {
	b := newBench(t, realDialogue(t), store.Options{PerMinute: 1000})
	for _, m := range markedTalk() {
		mustHandle(t, b.Service, m)
	}
	base, err := realBase()
	if err != nil {
		t.Fatal(err)
	}
	var counts []string
	for key := range dump(t, b.rdb) {
		if strings.Contains(key, "{count}") {
			counts = append(counts, slices.Collect(maps.Keys(b.rdb.HGetAll(t.Context(), key).Val()))...)
		}
	}
	for _, field := range counts {
		what, of, _ := strings.Cut(field, ":")
		country, topic, _ := strings.Cut(of, "/")
		if !slices.Contains([]string{"useful", "not-useful", "unanswered"}, what) || country != "" && base.Guidance.Country(country) == nil || topic != "" && base.Guidance.Topic(topic) == nil {
			t.Errorf("counted: %q", field)
		}
	}
}
