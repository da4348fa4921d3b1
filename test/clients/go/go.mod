module millrace/conformance

go 1.21

require github.com/modzy/sdk-go v0.0.6

require (
	github.com/docker/go-units v0.4.0 // indirect
	github.com/hashicorp/go-version v1.3.0 // indirect
	github.com/peterhellberg/link v1.1.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/sirupsen/logrus v1.8.1 // indirect
	github.com/spf13/afero v1.6.0 // indirect
	golang.org/x/sys v0.0.0-20210510120138-977fb7262007 // indirect
	golang.org/x/text v0.3.3 // indirect
)
