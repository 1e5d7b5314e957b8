package store

import (
	"encoding/binary"
	"encoding/json"

	"cobijo/bot/dialogue"
)

// A session is read and written with every message: it is kept as its fields one after another, each text and each list behind its
// length. What it was kept as before, JSON, is read too.

const (
	sessionVersion = 1
	sessionRoom    = 512 // most are shorter
)

// The bits of a session's second byte.
const (
	langChosenBit = 1 << iota
	introducedBit
	staffBit
)

// sealSession writes and seals a session.
func (s *Store) sealSession(session *dialogue.Session, name string) []byte {
	return s.seal.close(appendSession(s.seal.begin(sessionRoom), session), name)
}

func appendSession(b []byte, s *dialogue.Session) []byte {
	bits := byte(0)
	if s.LangChosen {
		bits |= langChosenBit
	}
	if s.Introduced {
		bits |= introducedBit
	}
	if s.Staff {
		bits |= staffBit
	}
	b = append(b, sessionVersion, bits)
	for _, text := range [...]string{s.Lang, s.Country, s.Topic, string(s.Mode), s.Awaits, s.Theme} {
		b = appendText(b, text)
	}
	for _, list := range [...][]string{s.Offered, s.Participants, s.Found} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, text := range list {
			b = appendText(b, text)
		}
	}
	return binary.AppendUvarint(b, uint64(max(s.Discreet, 0)))
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// readSession reads a session; one that cannot be read is forgotten: the talk begins anew.
func readSession(data []byte) (s dialogue.Session) {
	if len(data) < 2 || data[0] != sessionVersion {
		if json.Unmarshal(data, &s) != nil {
			return dialogue.Session{}
		}
		return s
	}
	bits := data[1]
	s.LangChosen, s.Introduced, s.Staff = bits&langChosenBit != 0, bits&introducedBit != 0, bits&staffBit != 0
	r := sessionReader{data: data, all: string(data), at: 2}
	for _, text := range [...]*string{&s.Lang, &s.Country, &s.Topic, (*string)(&s.Mode), &s.Awaits, &s.Theme} {
		*text = r.text()
	}
	for _, list := range [...]*[]string{&s.Offered, &s.Participants, &s.Found} {
		*list = r.list()
	}
	s.Discreet = r.number()
	if r.short {
		return dialogue.Session{}
	}
	return s
}

// sessionReader takes what stands at a place of a session; past its end it gives nothing and is short.
type sessionReader struct {
	data  []byte
	all   string // the same: its texts are parts of it
	at    int
	short bool
}

// maxNumber is more than any number of a session.
const maxNumber = 1 << 30

func (r *sessionReader) number() int {
	n, size := binary.Uvarint(r.data[r.at:])
	if size <= 0 || n > maxNumber {
		r.short, r.at = true, len(r.data)
		return 0
	}
	r.at += size
	return int(n)
}

// length reads how many bytes, or things of a byte and more, follow.
func (r *sessionReader) length() int {
	n := r.number()
	if n > len(r.data)-r.at {
		r.short, r.at = true, len(r.data)
		return 0
	}
	return n
}

func (r *sessionReader) text() string {
	n := r.length()
	r.at += n
	return r.all[r.at-n : r.at]
}

func (r *sessionReader) list() []string {
	n := r.length()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}
