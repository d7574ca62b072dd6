;; Fills its memory again and again, with one instruction each time.
;; Limit: fuel, which bulk memory is charged by the byte.
(module
  (;rule;)
  (;head;)
    (loop $again
      (memory.fill (i32.const 65536) (i32.const 1) (i32.const 131072))
      (br $again))
    (unreachable)))
