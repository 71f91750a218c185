//! A JavaScript interpreter. `init` starts it and evaluates `/app.js`, which defines `handle`;
//! `handle` passes standard input to that function, and writes its result.

use std::cell::OnceCell;
use std::error::Error;
use std::fs;
use std::io::{self, Read, Write};

use rquickjs::{CatchResultExt, Context, Function, Runtime};

thread_local! {
    static CONTEXT: OnceCell<Context> = const { OnceCell::new() };
}

/// Starts the interpreter unless it is already running. The snapshot is taken after this.
#[no_mangle]
pub extern "C" fn init() {
    CONTEXT.with(|context| {
        context.get_or_init(|| start().expect("the program is read"));
    });
}

#[no_mangle]
pub extern "C" fn handle() {
    init();
    CONTEXT.with(|context| {
        let context = context.get().expect("it has started");
        let answer = answer(context).expect("the request is answered");
        let mut output = io::stdout();
        // Nothing is flushed automatically at the end of a call.
        output
            .write_all(answer.as_bytes())
            .and_then(|()| output.flush())
            .expect("the answer is written");
    });
}

fn start() -> Result<Context, Box<dyn Error>> {
    let program = fs::read_to_string("/app.js")?;
    let context = Context::full(&Runtime::new()?)?;
    context.with(|scope| {
        let read: Result<(), _> = scope.eval(program);
        read.catch(&scope).map_err(|error| error.to_string())
    })?;
    Ok(context)
}

fn answer(context: &Context) -> Result<String, Box<dyn Error>> {
    let mut request = String::new();
    io::stdin().read_to_string(&mut request)?;
    let answer = context.with(|scope| {
        let handle: Function = scope.globals().get("handle").map_err(|error| error.to_string())?;
        handle.call((request,)).catch(&scope).map_err(|error| error.to_string())
    })?;
    Ok(answer)
}
