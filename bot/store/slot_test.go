package store

import (
	"strings"
	"testing"
	"time"
)

// slot is where a Redis Cluster puts a key. The embedded Redis does not mind keys of several slots in a script; a cluster refuses it.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
func slot(key string) uint16 {
	if _, rest, ok := strings.Cut(key, "{"); ok {
		if tag, _, ok := strings.Cut(rest, "}"); ok && tag != "" {
			key = tag
		}
	}
	return crc16(key) % 16384
}

func crc16(s string) uint16 {
	var crc uint16
	for _, b := range []byte(s) {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func TestSlot(t *testing.T) {
	for key, want := range map[string]uint16{"123456789": 12739, "foo": 12182, "a{foo}b": 12182, "{}": crc16("{}") % 16384} {
		if got := slot(key); got != want {
			t.Errorf("slot of %q is %d, want %d", key, got, want)
		}
	}
}

func TestKeysOfAScriptShareASlot(t *testing.T) {
	s := newStore(t, embedded(t), Options{})
	slots := map[uint16]bool{}
	for _, chat := range []string{"42", "-100123", "C01/U02", "", "a{b}c", "}{"} {
		turn := begin(t, s, chat, "update{1}")
		if len(turn.keys) != 4 {
			t.Fatalf("keys: %v", turn.keys)
		}
		for _, key := range turn.keys {
			if slot(key) != slot(turn.keys[0]) {
				t.Errorf("chat %q: %s is not in the slot of %s", chat, key, turn.keys[0])
			}
		}
		slots[slot(turn.keys[0])] = true
	}
	if len(slots) < 2 {
		t.Error("all chats are in one slot: a cluster would be one node")
	}
}

func TestAliasesTellNothing(t *testing.T) {
	s, err := newSealer([][]byte{secret})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_790_000_000, 0)
	seen := map[string]string{}
	// What stands beside each other must not run into each other: ("a", "b:c") is not ("a:b", "c").
	for _, chat := range [][2]string{{"a", "b:c"}, {"a:b", "c"}, {"", "a:b:c"}, {"telegram", "42"}, {"slack", "42"}} {
		a := s.aliases(chat[0], chat[1], now, time.Hour)[0]
		if before, ok := seen[a.name]; ok {
			t.Errorf("%v has the name of %s", chat, before)
		}
		seen[a.name] = chat[0] + " " + chat[1]
		for _, key := range []string{a.tag(), a.claim("update-4711")} {
			if strings.Contains(key, "42") && strings.Contains(key, "telegram") || strings.Contains(key, "4711") {
				t.Errorf("%s tells the chat or the update", key)
			}
		}
	}
}
