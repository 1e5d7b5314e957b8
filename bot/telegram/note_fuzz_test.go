package telegram

import (
	"encoding/binary"
	"testing"
)

// A note of what is to be deleted that cannot be read deletes nothing.
func FuzzNote(f *testing.F) {
	note := binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(nil, -5), 1790000000), 7)
	f.Add(note)
	f.Add(note[:len(note)-1])
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		chat, made, ids := readNote(b)
		if len(ids) == 0 && (chat != 0 || !made.IsZero()) || len(ids) > len(b) {
			t.Errorf("%x is chat %d, %v, %v", b, chat, made, ids)
		}
		numbers([][]byte{b})
	})
}
