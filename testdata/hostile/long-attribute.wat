;; An attribute of 64 KiB: not the message, which is looked at first.
;; Limit: the bytes of a text.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 65536))
    (drop (call $answer (i32.const 1)))
    ;; one attribute, at 8192: an empty name, and the value
    (call $text (i32.const 4148) (i32.const 8192) (i32.const 1))
    (call $text (i32.const 8200) (i32.const 65536) (i32.const 65536))
    (i32.const 512)))
