package guidance

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestDate(t *testing.T) {
	for _, tt := range []struct {
		in, day    string // "" for no date
		hasDay, ok bool
		hasMonth   bool
	}{
		{"2026-11-23", "2026-11-23", true, true, true},
		{`"2026-11-23"`, "2026-11-23", true, true, true},
		{"2026-11", "2026-11-01", false, true, true},
		{"2026", "2026-01-01", false, true, false},
		{"null", "", false, true, false},
		{"~", "", false, true, false},
		{"2026-02-30", "", false, false, false},
		{"23/11/2026", "", false, false, false},
		{"[2026]", "", false, false, false},
		{"2026-11-23T10:00:00Z", "", false, false, false},
	} {
		t.Run(tt.in, func(t *testing.T) {
			var v struct{ D Date }
			err := yaml.Unmarshal([]byte("d: "+tt.in), &v)
			if (err == nil) != tt.ok {
				t.Fatalf("read: %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "is no date") {
				t.Errorf("no help to an editor: %v", err)
			}
			day := ""
			if !v.D.IsZero() {
				day = v.D.Format("2006-01-02")
			}
			if day != tt.day || v.D.HasDay() != tt.hasDay || v.D.HasMonth() != tt.hasMonth {
				t.Errorf("%s, day %v, month %v", day, v.D.HasDay(), v.D.HasMonth())
			}
			if tt.day != "" && v.D.String() != strings.Trim(tt.in, `"`) {
				t.Errorf("is written %q", v.D)
			}
		})
	}
}
