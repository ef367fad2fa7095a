package kotlinx.coroutines

import kotlin.coroutines.CoroutineContext

interface CoroutineScope

object Dispatchers {
  val IO: CoroutineContext get() = TODO()
}

suspend fun delay(timeMillis: Long): Unit = TODO()
suspend fun <T> withContext(context: CoroutineContext, block: suspend CoroutineScope.() -> T): T = TODO()
