// Answers for bundles as sigstore-go gives them: one JSON object a line comes in, one goes out.
package main

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// A line: what is trusted from now on, or a bundle to judge by that.
type line struct {
	Root     string  `json:"root"`
	Key      string  `json:"key"`
	Identity string  `json:"identity"`
	Issuer   string  `json:"issuer"`
	Artifact *string `json:"artifact"`
	SHA256   string  `json:"sha256"`
	Log      bool    `json:"log"`
	Tokens   bool    `json:"tokens"`
	Bundle   *string `json:"bundle"`
}

type judge func([]byte) error

func keyed(pemText string) (root.TrustedMaterial, error) {
	block, _ := pem.Decode([]byte(pemText))
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	verifier, err := signature.LoadVerifier(public, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	key := root.NewExpiringKey(verifier, time.Time{}, time.Time{})
	return root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
		return key, nil
	}), nil
}

func artifact(asked line) (verify.ArtifactPolicyOption, error) {
	if asked.Artifact != nil {
		content, err := base64.StdEncoding.DecodeString(*asked.Artifact)
		return verify.WithArtifact(bytes.NewReader(content)), err
	}
	digest, err := hex.DecodeString(asked.SHA256)
	return verify.WithArtifactDigest("sha256", digest), err
}

func options(asked line) []verify.VerifierOption {
	var options []verify.VerifierOption
	if asked.Key == "" {
		options = append(options, verify.WithSignedCertificateTimestamps(1))
	}
	if asked.Log {
		options = append(options, verify.WithTransparencyLog(1))
	}
	switch {
	case asked.Tokens:
		options = append(options, verify.WithSignedTimestamps(1))
	case asked.Log:
		options = append(options, verify.WithObserverTimestamps(1))
	default:
		options = append(options, verify.WithNoObserverTimestamps())
	}
	return options
}

func prepare(asked line) (judge, error) {
	var material root.TrustedMaterialCollection
	if asked.Root != "" {
		trusted, err := root.NewTrustedRootFromJSON([]byte(asked.Root))
		if err != nil {
			return nil, err
		}
		material = append(material, trusted)
	}
	who := verify.WithKey()
	if asked.Key != "" {
		key, err := keyed(asked.Key)
		if err != nil {
			return nil, err
		}
		material = append(material, key)
	} else {
		identity, err := verify.NewShortCertificateIdentity(asked.Issuer, "", asked.Identity, "")
		if err != nil {
			return nil, err
		}
		who = verify.WithCertificateIdentity(identity)
	}
	verifier, err := verify.NewVerifier(material, options(asked)...)
	if err != nil {
		return nil, err
	}
	return func(text []byte) error {
		var signed bundle.Bundle
		if err := signed.UnmarshalJSON(text); err != nil {
			return err
		}
		// A reader is read once.
		about, err := artifact(asked)
		if err != nil {
			return err
		}
		_, err = verifier.Verify(&signed, verify.NewPolicy(about, who))
		return err
	}, nil
}

func guarded(current judge, text []byte) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return current(text)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	var current judge
	for lines.Scan() {
		var asked line
		err := json.Unmarshal(lines.Bytes(), &asked)
		switch {
		case err != nil:
		case asked.Bundle == nil:
			current, err = prepare(asked)
		case current == nil:
			err = errors.New("nothing is trusted yet")
		default:
			err = guarded(current, []byte(*asked.Bundle))
		}
		answer := map[string]any{"good": err == nil, "why": ""}
		if err != nil {
			answer["why"] = err.Error()
		}
		if err := out.Encode(answer); err != nil {
			os.Exit(1)
		}
	}
	if lines.Err() != nil {
		os.Exit(1)
	}
}
