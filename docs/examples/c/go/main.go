// Answers one request in JSON from standard input, through the C interface.
package main

/*
#cgo pkg-config: cocket
#include <cocket.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"
)

// Answer gives the engine's answer to one request.
func Answer(request []byte) ([]byte, error) {
	if len(request) == 0 {
		return nil, errors.New("no request")
	}
	// C may look at memory of Go only if it is not moved: for the call, a copy.
	memory := C.CBytes(request)
	defer C.free(memory)
	asked := C.struct_cocket_bytes{data: (*C.uint8_t)(memory), len: C.size_t(len(request))}

	var buffer *C.cocket_buffer
	var failure *C.cocket_error
	if status := C.cocket_answer(asked, &buffer, &failure); status != C.COCKET_STATUS_OK {
		defer C.cocket_error_free(&failure)
		why := C.cocket_error_message(failure)
		return nil, errors.New(C.GoStringN(why.data, C.int(why.len)))
	}
	defer C.cocket_buffer_free(&buffer)
	answer := C.cocket_buffer_bytes(buffer)
	return C.GoBytes(unsafe.Pointer(answer.data), C.int(answer.len)), nil
}

func main() {
	request, err := io.ReadAll(os.Stdin)
	if err == nil {
		var answer []byte
		if answer, err = Answer(request); err == nil {
			fmt.Println(string(answer))
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
