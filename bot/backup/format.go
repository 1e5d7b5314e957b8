package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	format = "cobijo-export"
	// Version is what Export writes. Import reads it and all before it.
	Version = 1
	// MaxLine is how long a line may be, in bytes.
	MaxLine = 4 << 20
)

// Header is a file's first line.
type Header struct {
	Made time.Time // when it was exported
	By   string    // the program's version
}

type headerLine struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Made    time.Time `json:"made"`
	By      string    `json:"by"`
}

// Record is one thing.
type Record struct {
	Kind string          `json:"kind"`
	ID   string          `json:"id"` // unique within the kind
	Data json.RawMessage `json:"data"`
}

func (r Record) check() error {
	switch {
	case r.Kind == "":
		return errors.New("a record has no kind")
	case r.ID == "":
		return fmt.Errorf("a record of kind %q has no id", r.Kind)
	case len(r.Data) == 0 || string(r.Data) == "null":
		return fmt.Errorf("a record of kind %q has no data", r.Kind)
	}
	return nil
}

type endLine struct {
	End     bool   `json:"end"`
	Records int    `json:"records"`
	SHA256  string `json:"sha256"` // of all lines before
}

// upgrade makes a record of this version of one of the version before.
type upgrade func(Record) (Record, error)

// upgrades are by the version that they make records of. Whoever raises Version adds the step that leads there, and keeps the golden
// file of the version before.
func upgrades() map[int]upgrade { return map[int]upgrade{} }

// upgraded brings a record of an older version up to this one, step by step.
func upgraded(r Record, from, to int, steps map[int]upgrade) (Record, error) {
	for v := from + 1; v <= to; v++ {
		step := steps[v]
		if step == nil {
			continue // nothing changed for records
		}
		var err error
		if r, err = step(r); err != nil {
			return r, fmt.Errorf("bring a record of kind %q up to version %d: %w", r.Kind, v, err)
		}
	}
	return r, nil
}
